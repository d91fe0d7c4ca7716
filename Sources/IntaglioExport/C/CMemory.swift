/// Buffers that are used again once nobody reads them: places in one array for each type.
struct CMemory {
  /// The array's element type, by its width in bytes.
  enum Arena: Int, CaseIterable {
    case bytes = 1
    case words = 2
    case longs = 4

    var name: String { "memory\(rawValue * 8)" }
    var type: String { "int\(rawValue * 8)_t" }
  }

  struct Place: Hashable {
    let arena: Int
    let start: Int
    let count: Int
  }

  /// How many elements each array has.
  private(set) var sizes: [Arena: Int] = [:]
  private var live: [Place] = []

  /// The first gap of `count` elements.
  mutating func take(_ arena: Arena, _ count: Int) -> Place {
    var start = 0
    for other in live.filter({ $0.arena == arena.rawValue }).sorted(by: { $0.start < $1.start }) {
      if start + count <= other.start { break }
      start = max(start, other.start + other.count)
    }
    let place = Place(arena: arena.rawValue, start: start, count: count)
    live.append(place)
    sizes[arena] = max(sizes[arena] ?? 0, start + count)
    return place
  }

  mutating func give(_ place: Place) {
    if let index = live.firstIndex(of: place) { live.remove(at: index) }
  }

  var bytes: Int { sizes.reduce(0) { $0 + $1.key.rawValue * $1.value } }
}
