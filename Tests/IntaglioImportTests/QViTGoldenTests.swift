import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

/// The checkpoints beside the project, against what an independent float64 run of them recorded.
///
/// `INTAGLIO_FULL=1` tries all 10,000 images, `INTAGLIO_LIMIT=2500` that many.
@Suite(.enabled(if: SharedData.isWanted, "no shared data"))
struct QViTGoldenTests {
  static let models = ["qvit-fmnist-w3a3", "qvit-fmnist-w2a2", "qvit-fmnist-w3a3-perchannel"]

  @Test("the oracle's logits are the recorded ones within 1e-12", arguments: models)
  func logits(model: String) async throws {
    guard let fixture = try Fixture(model) else { return }
    let golden = try NPYFile(contentsOf: fixture.path("logits_float64_t10k.npy"))
    let logits = try golden.doubles()
    let classes = golden.shape[1]
    let count = SharedData.limit(few: 64, of: golden.shape[0])
    let worst = try await fixture.largestDifference(over: count) { index, result in
      let recorded = logits[index * classes..<(index + 1) * classes]
      return zip(result["logits"]?.reals ?? [], recorded).map { abs($0 - $1) }.max() ?? .infinity
    }
    #expect(worst.difference <= 1e-12, "image \(worst.image) of \(count)")
  }

  @Test("every code of the first four images is the recorded one", arguments: models)
  func codes(model: String) throws {
    guard let fixture = try Fixture(model) else { return }
    let trace = try SafetensorsFile(contentsOf: fixture.path("trace_first4.safetensors"))
    let recorded = trace.names.filter { $0.hasSuffix(".codes") }
    #expect(recorded.count == 34)
    let quantizers = fixture.quantizers
    for image in 0..<4 {
      let result = try fixture.run(image, keeping: Set(quantizers.values))
      for name in recorded {
        let all = try trace.integers(named: name)
        let size = all.count / 4
        let value = try #require(quantizers[String(name.dropLast(".codes".count))])
        let codes = try #require(result[value]?.integers)
        let differing = zip(codes, all[image * size..<(image + 1) * size]).count { $0 != $1 }
        #expect(differing == 0 && codes.count == size, "\(name) of image \(image)")
      }
    }
  }
}

/// A checkpoint, its oracle and the test images.
private struct Fixture: Sendable {
  let folder: String
  let oracle: Oracle<Double>
  let images: IDXFile
  let preprocessing: Preprocessing

  init?(_ model: String) throws {
    guard
      let folder = SharedData.path("fixtures/\(model)"),
      let images = SharedData.path("data/fashion-mnist/t10k-images-idx3-ubyte.gz")
    else { return nil }
    let imported = try ModelFile.read(path: "\(folder)/model.safetensors")
    #expect(imported.format == .qvit)
    self.folder = folder
    self.oracle = try Oracle(imported.graph)
    self.images = try IDXFile(contentsOf: images)
    self.preprocessing = try #require(imported.description.preprocessing)
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// The quantizers of activations by name.
  var quantizers: [String: Value] {
    var result: [String: Value] = [:]
    for value in oracle.graph.live {
      guard case .quantize = oracle.graph[value].operation else { continue }
      result[oracle.graph.label(of: value)] = value
    }
    return result
  }

  func run(_ index: Int, keeping: Set<Value> = []) throws -> OracleResult<Double> {
    let (mean, std) = (Double(preprocessing.mean[0]), Double(preprocessing.std[0]))
    let pixels = images.item(index).map { (Double($0) / 255 - mean) / std }
    return try oracle.run(["image": .real(pixels)], keeping: keeping)
  }

  /// The largest of what `difference` says about the first `count` images, on all cores.
  func largestDifference(
    over count: Int,
    _ difference: @escaping @Sendable (Int, OracleResult<Double>) -> Double
  ) async throws -> (difference: Double, image: Int) {
    let lanes = 2
    return try await withThrowingTaskGroup(of: (difference: Double, image: Int).self) { group in
      for lane in 0..<lanes {
        group.addTask {
          var worst = (difference: 0.0, image: lane)
          for index in stride(from: lane, to: count, by: lanes) {
            let found = difference(index, try run(index))
            if found > worst.difference || found.isNaN { worst = (found, index) }
          }
          return worst
        }
      }
      return try await group.reduce((0.0, 0)) { $1.difference > $0.0 ? $1 : $0 }
    }
  }
}
