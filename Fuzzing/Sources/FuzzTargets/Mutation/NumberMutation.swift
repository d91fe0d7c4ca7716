import IntaglioNumerics

/// Changes numbers of 8 bytes in a stored plan, which has no marks between its fields.
///
/// Wherever 8 bytes make a number that may be an extent, an offset or a size, there is probably one.
enum NumberMutation {
  private static let largest = 1 << 30

  static let mutation: FuzzTarget.Mutation = { bytes, limit, random in
    // The steps only: what follows are weights and tables.
    let steps = Parts.split(bytes, into: 2)[0].count
    let places = (4..<max(4, 4 + steps - 7)).filter { isNumber(bytes, $0) }
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      guard let place = places.randomElement(using: &random) else { return }
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        // A single byte: a flag, a case, a width.
        let any = Int.random(in: 4..<4 + steps, using: &random)
        bytes[any] = UInt8.random(in: 0...20, using: &random)
      case 1, 2:
        guard let other = places.randomElement(using: &random) else { return }
        set(&bytes, place, number(bytes, other))
      case 3...5: set(&bytes, place, number(bytes, place) &+ Int.random(in: -2...2, using: &random))
      case 6: set(&bytes, place, number(bytes, place) &* Int.random(in: -1...4, using: &random))
      case 7:
        set(&bytes, place, number(bytes, place) &+ (64 << Int.random(in: 0...12, using: &random)))
      case 8: set(&bytes, place, 1 << Int.random(in: 0...31, using: &random))
      default:
        let ends = [0, 0, 1, 1, -1, 2, largest, -largest, largest - 1, 1 << 31, .max, .min]
        set(&bytes, place, ends.randomElement(using: &random) ?? 0)
      }
    }
  }

  private static func isNumber(_ bytes: [UInt8], _ place: Int) -> Bool {
    let high = bytes[place + 4..<place + 8]
    return high.allSatisfy { $0 == 0 } || high.allSatisfy { $0 == 0xFF }
  }

  private static func number(_ bytes: [UInt8], _ place: Int) -> Int {
    bytes[place..<place + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func set(_ bytes: inout [UInt8], _ place: Int, _ number: Int) {
    for index in 0..<8 { bytes[place + index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
  }
}
