import Foundation
import Intaglio
import IntaglioData
import IntaglioImport
import IntaglioTestSupport

extension FuzzTarget {
  /// The container: its header agrees with another JSON reader, and its tensors survive.
  static let safetensors = FuzzTarget(
    "safetensors",
    "safetensors files, read and written",
    limit: 4096,
    dictionary: SafetensorsSeeds.words,
    mutation: TextMutation.mutation(SafetensorsSeeds.words),
    seeds: { try SafetensorsSeeds.files() }
  ) { bytes, folder in
    let content = SafetensorsText.file(of: bytes)
    let file = try SafetensorsFile(contentsOf: folder.file("in.safetensors", content))
    try checkHeader(content, file)
    for tensor in file.tensors {
      _ = try? tensor.floats()
      _ = try? tensor.doubles()
      _ = try? tensor.integers()
    }
    try checkRoundTrip(file, in: folder)
  }

  private static func checkHeader(_ bytes: [UInt8], _ file: SafetensorsFile) throws {
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let text = Data(bytes.dropFirst(8).prefix(length))
    // What Foundation refuses (such as depth) is not ours to judge.
    guard let header = try? JSONSerialization.jsonObject(with: text) as? [String: Any] else {
      return
    }
    let metadata = header["__metadata__"] as? [String: String] ?? [:]
    try require(metadata == file.metadata, "Foundation reads other metadata: \(metadata)")
    for tensor in file.tensors {
      let entry = header[tensor.name] as? [String: Any]
      let shape = entry?["shape"] as? [Int]
      try require(shape == tensor.shape, "Foundation reads another shape of '\(tensor.name)'")
    }
  }

  private static func checkRoundTrip(_ file: SafetensorsFile, in folder: FuzzFolder) throws {
    let tensors = try file.tensors.map { array in
      try SafetensorsTensor(
        name: array.name,
        type: array.type,
        shape: array.shape,
        bytes: array.bytes.copy()
      )
    }
    let path = folder.path("out.safetensors")
    let again = try requireSuccess("what was read is written and read") {
      try SafetensorsFile.write(tensors, metadata: file.metadata, to: path)
      return try SafetensorsFile(contentsOf: path)
    }
    try require(again.metadata == file.metadata, "other metadata comes back")
    try require(again.names.sorted() == file.names.sorted(), "other tensors come back")
    for tensor in tensors {
      let found = try requireSuccess("a tensor comes back") { try again.tensor(named: tensor.name) }
      try require(
        found.type == tensor.type && found.shape == tensor.shape
          && found.bytes.copy() == tensor.bytes,
        "'\(tensor.name)' comes back as another tensor"
      )
    }
  }

  /// Checkpoints with the JSON file beside them: the JSON's length, the JSON, the checkpoint.
  static let checkpoint = FuzzTarget(
    "checkpoint",
    "safetensors checkpoints with their JSON, imported",
    limit: 1 << 15,
    dictionary: SafetensorsSeeds.words + ConfigurationWords.all,
    mutation: PartMutation.mutation(SafetensorsSeeds.words + ConfigurationWords.all),
    seeds: { try SafetensorsSeeds.checkpoints() }
  ) { bytes, folder in
    let parts = Parts.split(bytes, into: 2)
    let json = try folder.file("vit.json", parts[0])
    let path = try folder.file("vit.safetensors", SafetensorsText.file(of: parts[1]))
    let model = try ModelFile.read(path: path, configuration: json)
    try PackedRoundTrip.check(model.graph, model.description, in: folder)
  }

  /// Records of tensors.
  static let record = FuzzTarget(
    "record",
    "recorded tensors, compared with themselves",
    limit: 4096,
    dictionary: SafetensorsSeeds.words,
    mutation: TextMutation.mutation(SafetensorsSeeds.words),
    seeds: { try SafetensorsSeeds.records() }
  ) { bytes, folder in
    let path = try folder.file("record.safetensors", SafetensorsText.file(of: bytes))
    let record = try ComparisonSide(recording: path)
    try require((record.recordedImages ?? 0) > 0, "a record without images")
    guard let images = record.recordedImages, images <= 8 else { return }
    let data = folder.path("data-\(images)")
    if !FileManager.default.fileExists(atPath: data) {
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
      try IDXFile.write(
        bytes: Array(repeating: 0, count: 4 * images),
        shape: [images, 2, 2],
        to: data + "/t10k-images-idx3-ubyte"
      )
      try IDXFile.write(
        bytes: Array(repeating: 0, count: images),
        shape: [images],
        to: data + "/t10k-labels-idx1-ubyte"
      )
    }
    let result = try LayerwiseComparison(record, record, threads: 1).run(
      DataSet.open(directory: data)
    )
    try require(result.codesChanged == 0, "a record differs from itself")
  }
}

private enum SafetensorsSeeds {
  static let words =
    StorageType.allCases.map(\.rawValue) + ["dtype", "shape", "data_offsets", "__metadata__"]
    + ["__padding.0", "logits", ".codes", ".input", ".output", "intaglio.layers", "a", "b"]

  /// A tensor of every type, empty ones, scalars, names that need escapes.
  static func files() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.safetensors")
    let types = try StorageType.allCases.map { type in
      try tensor("a.\(type.rawValue)", type, [2, 3])
    }
    let odd = [
      try tensor("", .u8, []), try tensor("é\n\"\u{1F600}", .f32, [1]),
      try tensor("e", .i64, [0, 3]),
    ]
    let sets = types.map { [$0] } + [types, odd, [], [odd[2]]]
    return try sets.map { tensors in
      try SafetensorsFile.write(tensors, metadata: ["a": "b", "\u{1}\\": "é"], to: path)
      return SafetensorsText.text(of: try folder.bytes("seed.safetensors"))
    }
  }

  private static func tensor(
    _ name: String,
    _ type: StorageType,
    _ shape: [Int]
  ) throws -> SafetensorsTensor {
    let count = shape.reduce(type.byteCount, *)
    return try SafetensorsTensor(
      name: name,
      type: type,
      shape: shape,
      bytes: (0..<count).map { UInt8($0 % 2) }
    )
  }

  static func checkpoints() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    var half = Checkpoint.timm
    half.type = .f16
    var small = Checkpoint.tiny
    small.type = .f16
    let settings = [
      #"{"num_heads": 2, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}"#,
      #"""
      {"config": {"nbits": 3, "num_heads": 2}, "activation_scale": "mean", "crop_pct": 0.9,
       "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "crop_mode": "center",
       "interpolation": "bilinear", "classes": ["a", "b", "c", "d", "e"]}
      """#,
    ]
    return try [half, small].flatMap { checkpoint in
      let path = try checkpoint.write(to: folder)
      let text = SafetensorsText.text(
        of: try folder.bytes(String(path.split(separator: "/").last ?? ""))
      )
      return settings.map { Parts.joined(Array($0.utf8), text) }
    }
  }

  static func records() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.safetensors")
    let names = ["logits", "blocks.10.x.codes", "blocks.9.x.codes", "blocks.9.x.input", "y.output"]
    return try [1, 2, 3].map { images in
      let tensors = try names.map { name in
        if name.hasSuffix(".codes") {
          return try SafetensorsTensor(
            name: name,
            type: .i16,
            shape: [images, 2],
            integers: Array(0..<2 * images)
          )
        }
        return try SafetensorsTensor(
          name: name,
          shape: [images, 2],
          doubles: (0..<2 * images).map { Double($0) / 4 }
        )
      }
      let order = ["intaglio.layers": names.joined(separator: "\n")]
      try SafetensorsFile.write(tensors, metadata: order, to: path)
      return SafetensorsText.text(of: try folder.bytes("seed.safetensors"))
    }
  }
}
