import Intaglio
import IntaglioData
import IntaglioTestSupport
import Testing

/// One file of the ViT-Tiny of ImageNet, with its preprocessing in a JSON file of its own.
struct ViTTinyFixture {
  let model: Model
  private let images: String

  static let configuration = """
    {"input_size": [3, 224, 224], "crop_pct": 0.9, "interpolation": "bicubic", \
    "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}
    """

  /// `nil` where the shared folder is absent.
  init?(_ file: String) throws {
    guard let path = SharedData.path(file),
      let images = SharedData.path("data/imagenet-sample")
    else { return nil }
    let folder = try TemporaryFolder()
    let settings = try folder.file("settings.json", Array(Self.configuration.utf8))
    model = try Model(contentsOf: path, configuration: settings)
    self.images = images
  }

  /// Photographs spread over the classes, few by default.
  func data(few: Int) throws -> DataSet {
    let all = try DataSet.open(directory: images)
    let count = SharedData.limit(few: few, of: all.count)
    return all.select((0..<count).map { $0 * all.count / count })
  }
}
