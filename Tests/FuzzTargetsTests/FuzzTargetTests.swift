import FuzzTargets
import IntaglioNumerics
import Testing

@Suite("Fuzz targets")
struct FuzzTargetTests {
  private static let names = FuzzTarget.all.map(\.name)

  @Test(
    "every seed of a target is accepted or refused with a message, most are accepted",
    arguments: names
  )
  func seeds(name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let folder = try FuzzFolder.inMemory()
    let seeds = try target.seeds()
    #expect(seeds.allSatisfy { $0.count <= target.limit })
    let accepted = try seeds.count { try target.accepts($0, in: folder) }
    // An operator takes few of the operands that it is tried with.
    let isTried = ["onnx", "program"].contains(name)
    #expect(accepted * (isTried ? 8 : 2) > seeds.count, "\(accepted) of \(seeds.count)")
  }

  @Test("mutations stay below their limit and change something", arguments: names)
  func mutations(name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    guard let mutation = target.mutation else { return }
    var random = SplitMix64(seed: 1)
    for seed in try target.seeds().prefix(40) {
      let limit = seed.count + 8
      let changed = (0..<50).count { _ in
        var bytes = seed
        mutation(&bytes, limit, &random)
        #expect(bytes.count <= limit)
        return bytes != seed
      }
      #expect(changed > 10)
    }
  }
}
