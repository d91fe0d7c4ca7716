import FuzzTargets
import IntaglioTestSupport
import Testing

/// Stored plans of whole networks with one number changed on purpose.
@Suite("Forged plans")
struct ForgedPlanTests {
  /// Far away, a step further, just beyond a block, as far as a plan may say, and back;
  /// `INTAGLIO_FULL=1` tries all.
  static let numbers = Array(
    ([1 << 20, 1, 0, 65, 1 << 28 - 1, -1] as [Int64]).prefix(SharedData.limit(few: 2, of: 6))
  )

  @Test(
    "whichever number of a plan is another one, it is refused or runs within its memory",
    arguments: numbers
  )
  func everyNumber(number: Int64) throws {
    let target = try #require(FuzzTarget.named("plan"))
    let folder = try FuzzFolder.inMemory()
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
