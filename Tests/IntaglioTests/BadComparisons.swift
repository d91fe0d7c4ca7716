import Foundation
import IntaglioData
import IntaglioTestSupport

/// Sides and records that cannot be compared.
enum BadComparisons {
  static let all: [BadInput] = [
    .comparison("a missing side", says: "gone.onnx") { [$0.path("gone.onnx"), try qvit($0)] },
    .comparison("a missing record", says: "gone.safetensors") { folder in
      [try qvit(folder), "recorded:\(folder.path("gone.safetensors"))"]
    },
    .comparison("a model as record", says: "vit.safetensors", "logits") { folder in
      [try qvit(folder), "recorded:\(folder.path("vit.safetensors"))"]
    },
    .comparison("a record as model", says: "r.safetensors", "recorded:") { folder in
      ["oracle:\(try record(folder))", try qvit(folder)]
    },
    .comparison("tensors that belong to no layer", says: "r.safetensors", "NAME.codes", "weights") {
      folder in
      [try record(folder, names: ["weights"]), try qvit(folder)]
    },
    .comparison("no layer in common", says: "no layer in common", "other") { folder in
      [try record(folder, names: ["other.codes"]), try qvit(folder)]
    },
    .comparison("answers alone", says: "no layer in common") { folder in
      [try record(folder, names: ["logits"], shape: [2, 5]), try qvit(folder)]
    },
    .comparison(
      "a record of another shape",
      says: "r.safetensors",
      "head.act.codes",
      "[16]",
      "[2, 8]"
    ) {
      folder in
      [try record(folder, shape: [2, 8]), try qvit(folder)]
    },
    .comparison("a record without images", says: "r.safetensors", "head.act.codes") { folder in
      [try record(folder, shape: []), try qvit(folder)]
    },
    .comparison("a record of codes that are too large", says: "head.act.codes", "i8", "300") {
      folder in
      [try qvit(folder), try record(folder, value: 300)]
    },
    .comparison("a record with different numbers of images", says: "r.safetensors", "norm.input") {
      folder in
      let codes = try SafetensorsTensor(
        name: "head.act.codes",
        type: .i16,
        shape: [2, 16],
        integers: Array(repeating: 0, count: 32)
      )
      let reals = try SafetensorsTensor(
        name: "norm.input",
        shape: [3, 16],
        floats: Array(repeating: 0, count: 48)
      )
      try SafetensorsFile.write([codes, reals], to: folder.path("r.safetensors"))
      return [folder.path("r.safetensors"), try qvit(folder)]
    },
    .comparison("codes that are floats", says: "r.safetensors", "head.act.codes", "F32") { folder in
      let codes = try SafetensorsTensor(
        name: "head.act.codes",
        shape: [2, 16],
        floats: Array(repeating: 0, count: 32)
      )
      try SafetensorsFile.write([codes], to: folder.path("r.safetensors"))
      return [folder.path("r.safetensors"), try qvit(folder)]
    },
    .comparison("data shorter than the record", says: "data", "3 images", "found 2") { folder in
      [try record(folder, shape: [3, 16]), try qvit(folder)]
    },
    .comparison("settings that are not there", says: "gone.json") { folder in
      let model = try qvit(folder)
      return [model, model, "--config", folder.path("gone.json")]
    },
    .comparison("a report that cannot be written", says: "gone/r.html") { folder in
      let model = try qvit(folder)
      return [model, model, "--report", folder.path("gone/r.html")]
    },
  ]

  private static func qvit(_ folder: TemporaryFolder) throws -> String {
    try Checkpoint.qvit.write(to: folder)
  }

  /// A record of I16 tensors with one value everywhere.
  private static func record(
    _ folder: TemporaryFolder,
    names: [String] = ["head.act.codes"],
    shape: [Int] = [2, 16],
    value: Int = 0
  ) throws -> String {
    let count = shape.reduce(1, *)
    let tensors = try names.map { name in
      try SafetensorsTensor(
        name: name,
        type: .i16,
        shape: shape,
        integers: Array(repeating: value, count: count)
      )
    }
    try SafetensorsFile.write(tensors, to: folder.path("r.safetensors"))
    return folder.path("r.safetensors")
  }
}

extension BadInput {
  /// Two sides, and further options, on two sound images.
  static func comparison(
    _ what: String,
    says: String...,
    sides: @escaping @Sendable (TemporaryFolder) throws -> [String]
  ) -> BadInput {
    BadInput(what, says) { folder in
      try folder.writeImages(2)
      return ["compare", "--data", folder.path("data")] + (try sides(folder))
    }
  }
}
