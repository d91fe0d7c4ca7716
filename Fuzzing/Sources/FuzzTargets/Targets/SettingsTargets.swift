import Foundation
import IntaglioData
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf

/// The keys that a configuration may have.
enum ConfigurationWords {
  static let all = [
    "mean", "std", "image_mean", "image_std", "crop_pct", "crop_mode", "center", "squash", "border",
    "interpolation", "bicubic", "bilinear", "nearest", "input_size", "img_size", "image_size",
    "classes", "class_names", "label_names", "id2label", "num_classes", "num_heads", "nbits",
    "architecture", "name", "config", "pretrained_cfg", "model_args", "preprocessor", "size",
    "shortest_edge", "height", "width", "crop_size", "do_normalize", "do_resize", "do_center_crop",
    "do_rescale", "rescale_factor", "resample", "activation_scale", "global_pool", "token", "avg",
    "vit_tiny_patch16_224", "deit_tiny_patch16_224", "channels", "resize", "shorterSide", "crop",
  ]
}

extension FuzzTarget {
  /// The JSON beside a model, and the JSON of our own types: a letter says which, the text follows.
  static let json = FuzzTarget(
    "json",
    "configurations, preprocessing and descriptions",
    limit: 4096,
    dictionary: ConfigurationWords.all,
    mutation: TextMutation.mutation(ConfigurationWords.all),
    seeds: { SettingsSeeds.json }
  ) { bytes, folder in
    let text = Array(bytes.dropFirst())
    switch bytes.first {
    case UInt8(ascii: "p"):
      let value = try JSONDecoder().decode(Preprocessing.self, from: Data(text))
      try checkRoundTrip(value)
      try apply(value)
    case UInt8(ascii: "d"):
      let value = try JSONDecoder().decode(ModelDescription.self, from: Data(text))
      try checkRoundTrip(value)
    default:
      let model = folder.path("model.onnx")
      if !FileManager.default.fileExists(atPath: model) {
        _ = try folder.file("model.onnx", SettingsSeeds.model())
      }
      let path = try folder.file("model.json", text)
      let read = try ModelFile.read(path: model, configuration: path)
      try checkRoundTrip(read.description)
      if let preprocessing = read.description.preprocessing { try apply(preprocessing) }
    }
  }

  private static func checkRoundTrip<T: Codable & Equatable>(_ value: T) throws {
    let again = try requireSuccess("settings are written and read") {
      try JSONDecoder().decode(T.self, from: JSONEncoder().encode(value))
    }
    try require(again == value, "other settings come back: \(again) for \(value)")
  }

  /// Prepares a small image, where that takes little memory.
  private static func apply(_ preprocessing: Preprocessing) throws {
    let image = try Image(width: 3, height: 2, channels: 1, pixels: [0, 50, 100, 150, 200, 255])
    let sizes: [Preprocessing.Size]
    switch preprocessing.resize {
    case .none: sizes = []
    case .exact(let size): sizes = [size]
    case .shorterSide(let length): sizes = [Preprocessing.Size(width: length, height: length)]
    }
    let all = sizes + [preprocessing.crop].compactMap { $0 }
    guard all.allSatisfy({ $0.width <= 256 && $0.height <= 256 }) else { return }
    let numbers = try preprocessing.apply(to: image)
    let size = preprocessing.outputSize(for: Preprocessing.Size(width: 3, height: 2))
    try require(
      numbers.count == size.width * size.height * preprocessing.channels,
      "\(numbers.count) numbers of \(size) and \(preprocessing.channels) channels"
    )
  }

  /// `labels.csv` and `classes.txt` of a folder of images, in two parts.
  static let labels = FuzzTarget(
    "labels",
    "labels and names of classes",
    limit: 4096,
    dictionary: ["a.png", "b.jpg", "label", "class", "file", ",", "\"", "#", "\\xEF\\xBB\\xBF"],
    seeds: { SettingsSeeds.labels }
  ) { bytes, folder in
    let parts = Parts.split(bytes, into: 2)
    let data = folder.path("labelled")
    if !FileManager.default.fileExists(atPath: data) {
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
      for name in ["a.png", "b.jpg", "1_c.png"] { _ = try folder.file("labelled/\(name)", [0]) }
    }
    _ = try folder.file("labelled/labels.csv", parts[0])
    _ = try folder.file("labelled/classes.txt", parts[1])
    let set = try DataSet.open(directory: data)
    for index in 0..<set.count {
      _ = set.name(at: index)
      _ = try? set.image(at: index)
    }
  }
}

private enum SettingsSeeds {
  private static let texts = [
    #"c{"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "crop_pct": 0.9}"#,
    #"c{"mean": 0.5, "std": 0.5, "crop_pct": 1.0, "crop_mode": "squash", "interpolation": "bilinear"}"#,
    #"c{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "id2label": {"0": "a", "1": "b"}}"#,
    #"c{"pretrained_cfg": {"mean": [0, 0, 0], "std": [1, 1, 1], "input_size": [3, 8, 8]}}"#,
    #"c{"preprocessor": {"do_resize": true, "size": {"shortest_edge": 9}, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}}"#,
    #"c{"config": {"name": "n", "architecture": "vit_tiny_patch16_224"}, "classes": ["a", "b"]}"#,
    #"p{"channels": 3, "resize": {"shorterSide": 24}, "crop": {"width": 22, "height": 22}, "interpolation": "bicubic", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}"#,
    #"p{"channels": 1, "resize": {"width": 5, "height": 6}, "mean": [0.5], "std": [0.5]}"#,
    #"d{"name": "n", "source": "timm", "classNames": ["a"], "notes": [], "preprocessing": {"channels": 1, "mean": [0], "std": [1]}}"#,
  ]

  static let json = texts.map { Array($0.utf8) }

  /// Two classes of 8×8 RGB.
  static func model() throws -> [UInt8] {
    var model = ONNXTestModel()
    model.input("x", [1, 3, 8, 8])
    model.integers("s", [1, 192])
    model.floats("w", (0..<384).map { Float($0 % 5) }, [192, 2])
    model.node("Reshape", ["x", "s"], ["r"])
    model.node("MatMul", ["r", "w"], ["y"])
    model.output("y")
    return try model.proto.serializedBytes()
  }

  static let labels: [[UInt8]] = [
    ("file,label\na.png,0\nb.jpg,1\n", "x\ny\n"),
    ("a.png,y\r\n\"b.jpg\",\"x\"\r\n# no\r\n", "x\ny"),
    ("\u{FEFF}a.png,1\n1_c.png,2", "x\ny\nz"), ("a.png,7\nb.jpg,7\n", ""),
  ].map { Parts.joined(Array($0.0.utf8), Array($0.1.utf8)) }
}
