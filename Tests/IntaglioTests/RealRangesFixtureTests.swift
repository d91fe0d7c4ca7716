import Intaglio
import IntaglioGraph
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

@Suite("RealRanges of a Q-ViT", .enabled(if: SharedData.isWanted, "no shared data"))
struct RealRangesFixtureTests {
  @Test(
    "every stream is bounded, and no image goes beyond",
    arguments: ["qvit-fmnist-w3a3", "qvit-fmnist-w2a2"]
  )
  func streams(name: String) throws {
    guard let fixture = try QViTFixture(name) else { return }
    let program = try #require(fixture.result.proof)
    let points = StreamPoints(program.graph).values
    #expect(!points.isEmpty)
    var ranges = RealRanges(program.graph)
    var bounds: [Value: [Double]] = [:]
    for point in points {
      bounds[point] = ranges.magnitudes(of: point)
      let label = program.graph.label(of: point)
      #expect(bounds[point]?.count == program.graph.type(of: point).shape.last, "\(label)")
    }
    let plan = try Plan(program, options: PlanOptions(observable: Set(points)))
    let executor = Executor(plan)
    for (image, sample) in try fixture.samples(50).enumerated() {
      _ = try executor.run(sample) { value, contents in
        guard case .real(let reals) = contents, let bound = bounds[value] else { return nil }
        let beyond = reals.indices.contains {
          Double(reals[$0].magnitude) > bound[$0 % bound.count]
        }
        #expect(!beyond, "\(program.graph.label(of: value)) of image \(image)")
        return nil
      }
    }
  }
}
