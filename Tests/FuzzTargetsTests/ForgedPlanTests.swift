import FuzzTargets
import Testing

/// Stored plans of whole networks with one number changed on purpose.
@Suite("Forged plans")
struct ForgedPlanTests {
  /// A step further, just beyond a block, far within what a plan may say, and back.
  static let numbers: [Int64] = [0, 1, 65, 1 << 20, 1 << 28 - 1, -1]

  @Test(
    "whichever number of a plan is another one, it is refused or runs within its memory",
    arguments: numbers
  )
  func everyNumber(number: Int64) throws {
    let target = try #require(FuzzTarget.named("plan"))
    let folder = try ScratchFolder()
    // The networks come last: floats, streams, norms by squares and in fixed point, softmaxes.
    for seed in try target.seeds().suffix(4) {
      let length = seed.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      let far = withUnsafeBytes(of: number.littleEndian, Array.init)
      for place in 4...(4 + length - far.count) {
        var bytes = seed
        bytes.replaceSubrange(place..<place + far.count, with: far)
        try target.accepts(bytes, in: folder)
      }
    }
  }
}
