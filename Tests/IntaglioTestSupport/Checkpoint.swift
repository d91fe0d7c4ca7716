package import IntaglioData
package import IntaglioImport
import IntaglioNumerics

/// A checkpoint made up for a test: shapes by name, with numbers that follow from the names.
package struct Checkpoint {
  package var shapes: [String: [Int]]
  /// Elements instead of the made-up ones.
  package var values: [String: [Float]] = [:]
  package var metadata: [String: String] = [:]
  /// The JSON file beside it, by name.
  package var files: [String: String] = [:]
  package var type = StorageType.f32
  package var otherTypes: [String: StorageType] = [:]

  package init(shapes: [String: [Int]], files: [String: String] = [:]) {
    self.shapes = shapes
    self.files = files
  }

  /// Element i is the top byte of the i-th number of SplitMix64 with the seed CRC32(name), as a
  /// signed number over 256; exact in every float type.
  package static func numbers(_ name: String, _ count: Int) -> [Float] {
    var random = SplitMix64(seed: UInt64(CRC32(of: Array(name.utf8)).value))
    return (0..<count).map { _ in Float(Int8(truncatingIfNeeded: random.next() >> 56)) / 256 }
  }

  /// Writes everything and returns the path of the checkpoint.
  package func write(to folder: TemporaryFolder, name: String = "vit.safetensors") throws -> String
  {
    let tensors = try shapes.map { tensor, shape in
      let numbers = values[tensor] ?? Self.numbers(tensor, shape.reduce(1, *))
      return try stored(tensor, shape, numbers)
    }
    for (name, text) in files { try folder.file(name, Array(text.utf8)) }
    let path = folder.path(name)
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
    return path
  }

  package func read(in folder: TemporaryFolder) throws -> ImportedModel {
    try ModelFile.read(path: try write(to: folder))
  }

  private func stored(
    _ name: String,
    _ shape: [Int],
    _ numbers: [Float]
  ) throws -> SafetensorsTensor {
    switch otherTypes[name] ?? type {
    case .f16:
      let bytes = numbers.flatMap { Self.bytes(Float16($0).bitPattern) }
      return try SafetensorsTensor(name: name, type: .f16, shape: shape, bytes: bytes)
    case .bf16:
      let bytes = numbers.flatMap { Self.bytes(UInt16($0.bitPattern >> 16)) }
      return try SafetensorsTensor(name: name, type: .bf16, shape: shape, bytes: bytes)
    case .f64:
      return try SafetensorsTensor(name: name, shape: shape, doubles: numbers.map(Double.init))
    case .i32:
      let integers = numbers.map { Int($0 * 256) }
      return try SafetensorsTensor(name: name, type: .i32, shape: shape, integers: integers)
    default:
      return try SafetensorsTensor(name: name, shape: shape, floats: numbers)
    }
  }

  private static func bytes(_ bits: UInt16) -> [UInt8] { [UInt8(bits & 255), UInt8(bits >> 8)] }
}

extension Checkpoint {
  /// A timm ViT of width 16, 2 heads, 2 blocks, patches of 4 in 8×8 RGB, 5 classes.
  package static var timm: Checkpoint {
    var shapes: [String: [Int]] = [
      "cls_token": [1, 1, 16], "pos_embed": [1, 5, 16],
      "patch_embed.proj.weight": [16, 3, 4, 4], "patch_embed.proj.bias": [16],
      "norm.weight": [16], "norm.bias": [16], "head.weight": [5, 16], "head.bias": [5],
    ]
    for block in ["blocks.0", "blocks.1"] {
      for (name, shape) in blockShapes { shapes["\(block).\(name)"] = shape }
    }
    return Checkpoint(
      shapes: shapes,
      files: ["vit.json": #"{"num_heads": 2, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}"#]
    )
  }

  private static let blockShapes: [String: [Int]] = [
    "norm1.weight": [16], "norm1.bias": [16], "norm2.weight": [16], "norm2.bias": [16],
    "attn.qkv.weight": [48, 16], "attn.qkv.bias": [48],
    "attn.proj.weight": [16, 16], "attn.proj.bias": [16],
    "mlp.fc1.weight": [48, 16], "mlp.fc1.bias": [48],
    "mlp.fc2.weight": [16, 48], "mlp.fc2.bias": [16],
  ]

  /// A Q-ViT with the dimensions of `timm`: 3 bits, one activation scale per layer.
  package static var qvit: Checkpoint {
    var checkpoint = timm
    checkpoint.files = [
      "config.json": """
      {"config": {"nbits": 3, "num_heads": 2}, "activation_scale": "mean",
       "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}
      """
    ]
    var quantizers: [String: Int] = [:]
    for (name, shape) in checkpoint.shapes where name.hasSuffix(".weight") && shape.count > 1 {
      let layer = String(name.dropLast(".weight".count))
      checkpoint.set(layer + ".alpha", Array(repeating: 0.125, count: shape[0]))
      checkpoint.set(layer + ".init_state", [1])
      quantizers[layer + ".act"] = shape[1]
    }
    for block in ["blocks.0.attn", "blocks.1.attn"] {
      for name in ["q_act", "k_act", "v_act", "attn_act"] { quantizers["\(block).\(name)"] = 2 }
      for name in ["norm_q", "norm_k"] {
        checkpoint.shapes["\(block).\(name).weight"] = [8]
        checkpoint.shapes["\(block).\(name).bias"] = [8]
      }
    }
    for (name, count) in quantizers {
      checkpoint.set(name + ".alpha", (0..<count).map { Float($0 + 1) / 32 })
      checkpoint.set(name + ".zero_point", (0..<count).map { Float($0) + 0.5 })
      checkpoint.set(name + ".signed", [name.hasSuffix("attn_act") ? 0 : 1])
      checkpoint.set(name + ".init_state", [1])
    }
    return checkpoint
  }

  package mutating func set(_ name: String, _ numbers: [Float]) {
    shapes[name] = [numbers.count]
    values[name] = numbers
  }
}
