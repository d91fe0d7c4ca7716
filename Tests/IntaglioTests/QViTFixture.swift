import Intaglio
import IntaglioData
import IntaglioGraph
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

/// A Q-ViT checkpoint that lies beside the project, its integer program and the test images.
struct QViTFixture: Sendable {
  let folder: String
  let model: Model
  let result: Integerization
  private let images: String

  /// `nil` where the shared folder is absent.
  init?(_ name: String, _ options: Pipeline.Options = Pipeline.Options()) throws {
    guard let folder = SharedData.path("fixtures/\(name)"),
      let images = SharedData.path("data/fashion-mnist")
    else { return nil }
    self.folder = folder
    self.images = images
    model = try Model(contentsOf: "\(folder)/model.safetensors")
    result = try model.integerized(options)
  }

  /// The first `count` test images.
  func data(_ count: Int) throws -> DataSet {
    try DataSet.open(directory: images, split: .test, limit: count)
  }

  /// The integer program's inputs for the first `count` images, one after the other.
  func samples(_ count: Int) throws -> [[Float]] {
    let preprocessing = try model.preprocessing()
    let data = try data(count)
    return try (0..<count).map { try preprocessing.apply(to: data.image(at: $0)) }
  }

  /// Logits of the published semantics in float64, `[10000, 10]`.
  func golden() throws -> NPYFile { try NPYFile(contentsOf: "\(folder)/logits_float64_t10k.npy") }

  /// Runs the integer program over `data` and compares it with the recorded logits.
  func evaluate(_ data: DataSet) throws -> Evaluation {
    let evaluator = try Evaluator(
      model,
      program: result.model,
      arithmetic: .integer,
      threads: Engine.coreCount
    )
    return try evaluator.evaluate(data, against: .logits(golden()))
  }

  /// How many of the recorded answers are right on `data`.
  func goldenHits(_ data: DataSet) throws -> Int {
    let golden = try golden()
    let logits = try golden.doubles()
    let classes = golden.shape[1]
    let labels = try data.labels(modelNames: [], classCount: classes).classes
    return (0..<data.count).count { index in
      let first = data.position(at: index) * classes
      let row = logits[first..<first + classes]
      let answer = row.indices.max { (row[$0], $1) < (row[$1], $0) } ?? first
      return answer - first == labels[index]
    }
  }
}

extension Graph {
  /// The values that quantizers make, by the model's own names.
  var quantized: [String: Value] {
    var result: [String: Value] = [:]
    for value in live {
      switch self[value].operation {
      case .quantize, .requantize, .integer: if let name = name(of: value) { result[name] = value }
      case .input, .constant, .layout, .concat, .matmul, .convolution, .add, .subtract, .multiply,
        .sum, .divide, .mean, .function, .softmax, .rowExponential, .layerNorm, .rmsNorm,
        .dequantize:
        continue
      }
    }
    return result
  }
}
