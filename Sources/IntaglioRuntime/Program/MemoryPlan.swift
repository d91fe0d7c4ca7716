/// Where every buffer lies in the one arena of a worker.
///
/// Two buffers share bytes only when no step needs both. Buffers are placed largest first, each at
/// the lowest offset that is free over its whole life.
public struct MemoryPlan: Sendable {
  /// A buffer as the steps see it.
  public struct Buffer: Hashable, Sendable {
    /// In bytes.
    public let size: Int
    /// From the step that writes it first to the one that reads it last.
    public let life: ClosedRange<Int>

    public init(size: Int, life: ClosedRange<Int>) {
      self.size = size
      self.life = life
    }
  }

  /// Every buffer starts at a multiple of this: a cache line, and a register of AVX-512.
  public static let alignment = 64

  public let buffers: [Buffer]
  /// One per buffer, in bytes.
  public let offsets: [Int]
  /// The size of the arena, in bytes.
  public let peak: Int

  public init(_ buffers: [Buffer]) {
    let order = buffers.indices.sorted { a, b in
      (buffers[a].size, buffers[b].life.count, b) > (buffers[b].size, buffers[a].life.count, a)
    }
    var offsets = [Int](repeating: 0, count: buffers.count)
    var placed: [(bytes: Range<Int>, life: ClosedRange<Int>)] = []
    for index in order {
      let (size, life) = (Self.aligned(buffers[index].size), buffers[index].life)
      var offset = 0
      // `placed` is ordered by offset: step over whatever is in the way.
      for other in placed where other.life.overlaps(life) {
        if other.bytes.lowerBound >= offset + size { break }
        offset = max(offset, other.bytes.upperBound)
      }
      offsets[index] = offset
      let position = placed.firstIndex { $0.bytes.lowerBound > offset } ?? placed.count
      placed.insert((offset..<offset + size, life), at: position)
    }
    self.buffers = buffers
    self.offsets = offsets
    self.peak = placed.map(\.bytes.upperBound).max() ?? 0
  }

  /// A plan that a file holds, where lives are no longer known.
  init(sizes: [Int], offsets: [Int], peak: Int) {
    buffers = sizes.map { Buffer(size: $0, life: 0...0) }
    self.offsets = offsets
    self.peak = peak
  }

  /// What the steps need at their fullest moment, in bytes: no plan has a lower peak.
  public var lowerBound: Int {
    let last = buffers.map(\.life.upperBound).max() ?? 0
    var changes = [Int](repeating: 0, count: last + 2)
    for buffer in buffers {
      changes[buffer.life.lowerBound] += Self.aligned(buffer.size)
      changes[buffer.life.upperBound + 1] -= Self.aligned(buffer.size)
    }
    var (most, now) = (0, 0)
    for change in changes {
      now += change
      most = max(most, now)
    }
    return most
  }

  static func aligned(_ size: Int) -> Int { (size + alignment - 1) / alignment * alignment }
}
