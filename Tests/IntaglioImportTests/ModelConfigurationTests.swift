import IntaglioData
import IntaglioTestSupport
import SwiftProtobuf
import Testing

import IntaglioImport

/// What the JSON files beside a model say of images, honoured or refused key by key.
@Suite("A configuration beside a model")
struct ModelConfigurationTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A model of images [1, 3, height, width] with as many logits as columns.
  private func model(height: Int = 8, width: Int = 8) throws -> String {
    var model = ONNXTestModel()
    model.input("x", [1, 3, height, width])
    model.node("ReduceMean", ["x"], ["y"], [.ints("axes", [1, 2]), .int("keepdims", 0)])
    model.output("y")
    return try folder.file("model.onnx", [UInt8](model.proto.serializedData()))
  }

  private func description(
    _ files: [String: String],
    height: Int = 8,
    width: Int = 8
  ) throws -> ModelDescription {
    for (name, text) in files { try folder.file(name, Array(text.utf8)) }
    return try ModelFile.read(path: model(height: height, width: width)).description
  }

  private func refusal(_ files: [String: String], height: Int = 8, width: Int = 8) -> String {
    do {
      _ = try description(files, height: height, width: width)
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  private static let usual = #""mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]"#

  /// Numbers with a size that every Hugging Face file has.
  private static func processor(_ more: String) -> String {
    #"{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]\#(more)}"#
  }

  @Test(
    "by Hugging Face is honoured key by key",
    arguments: [
      (#", "size": {"height": 8, "width": 8}, "resample": 3"#, "exact 8×8 bicubic"),
      (#", "size": {"height": 8, "width": 8}, "resample": 0"#, "exact 8×8 nearest"),
      (#", "do_resize": true, "size": {"height": 8, "width": 8}"#, "exact 8×8 bilinear"),
      (#", "do_resize": false, "size": {"height": 8, "width": 8}"#, "none"),
      (#", "size": 8, "image_processor_type": "ViTImageProcessor""#, "exact 8×8 bilinear"),
      (#", "size": 8, "feature_extractor_type": "ViTFeatureExtractor""#, "exact 8×8 bilinear"),
      (
        #", "size": 8, "do_center_crop": true, "crop_size": 8, "feature_extractor_type": "#
          + #""CLIPFeatureExtractor""#,
        "shorter 8 bicubic crop 8×8"
      ),
      (
        #", "size": {"shortest_edge": 10}, "do_center_crop": true, "crop_size": {"height": 8, "#
          + #""width": 8}, "resample": 3"#,
        "shorter 10 bicubic crop 8×8"
      ),
      (
        #", "size": {"height": 8, "width": 8}, "do_pad": false, "resample": 2"#,
        "exact 8×8 bilinear"
      ),
      (
        #", "size": {"height": 8, "width": 8}, "do_center_crop": false, "crop_size": 4"#,
        "exact 8×8 bilinear"
      ),
    ]
  )
  func huggingFace(settings: String, geometry: String) throws {
    let found = try description([
      "config.json": #"{"model_type": "vit", "image_size": 8, "num_channels": 3}"#,
      "preprocessor_config.json": Self.processor(settings),
    ])
    let preprocessing = try #require(found.preprocessing)
    #expect(Self.geometry(preprocessing) == geometry)
    #expect(preprocessing.mean == [0.5, 0.5, 0.5] && preprocessing.std == [0.25, 0.25, 0.25])
  }

  private static func geometry(_ preprocessing: Preprocessing) -> String {
    let kind = preprocessing.interpolation.rawValue
    let crop = preprocessing.crop.map { " crop \($0.height)×\($0.width)" } ?? ""
    switch preprocessing.resize {
    case .none: return "none" + crop
    case .exact(let size): return "exact \(size.height)×\(size.width) \(kind)" + crop
    case .shorterSide(let length): return "shorter \(length) \(kind)" + crop
    }
  }

  @Test(
    "says how pixels become numbers",
    arguments: [
      (#""do_normalize": false, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]"#, 0, 1, 1),
      (#""do_normalize": false"#, 0, 1, 1),
      (#""do_normalize": false, "do_rescale": false"#, 0, 255, 255),
      (usual, -2, 2, 1),
      (#""mean": [0, 0, 0], "std": [1, 1, 1], "rescale_factor": 0.00784313725490196"#, 0, 2, 2),
      (#""mean": [1, 1, 1], "std": [1, 1, 1], "rescale_factor": 0.00784313725490196"#, -1, 1, 2),
      (usual + #", "rescale_factor": 0.00392156862745098"#, -2, 2, 1),
      (
        #""do_rescale": false, "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5]"#,
        -1, 1, 1
      ),
      (#""mean": [127.5, 127.5, 127.5], "std": [63.75, 63.75, 63.75]"#, -2, 2, 1),
    ] as [(String, Float, Float, Float)]
  )
  func numbers(settings: String, black: Float, white: Float, unit: Float) throws {
    let found = try #require(try description(["model.json": "{\(settings)}"]).preprocessing)
    let pixels = [UInt8](repeating: 0, count: 3) + [255, 255, 255]
    let image = try Image(width: 2, height: 1, channels: 3, pixels: pixels)
    let numbers = try found.apply(to: image)
    #expect(abs(numbers[0] - black) < 1e-4 * unit && abs(numbers[1] - white) < 1e-4 * unit)
  }

  @Test(
    "is refused by name where a setting is doubtful or not done here",
    arguments: [
      (#""mean": [123.7, 116.3, 103.5], "std": [0.2, 0.2, 0.2]"#, "mean: expected"),
      (#""mean": [123.7, 116.3, 103.5], "std": [1, 1, 1]"#, "mean: expected"),
      (#""mean": [0.4, 0.4, 0.4], "std": [58, 57, 57]"#, "std: expected"),
      (#""mean": [-0.1, 0, 0], "std": [1, 1, 1]"#, "mean: expected"),
      (#""mean": [300, 0, 0], "std": [60, 60, 60]"#, "mean: expected"),
      (#""mean": [0, 0, 0], "std": [1, 0, 1]"#, "std: expected"),
      (#""mean": [0, 0, 0], "std": [1, 1e-300, 1]"#, "std: expected"),
      (#""mean": [0, 0, 0], "std": [1, -1, 1]"#, "std: expected"),
      (#""mean": [0, 0], "std": [1, 1, 1]"#, "mean: expected one finite number for each of 3"),
      (#""mean": [0, 0, 0], "std": [1, 1]"#, "std: expected one finite number for each of 3"),
      (#""mean": [0, 0, 0], "image_mean": [0, 0, 1], "std": [1, 1, 1]"#, "image_mean"),
      (usual + #", "crop_pct": 1e-300"#, "crop_pct: expected"),
      (usual + #", "crop_pct": 1e-4"#, "crop_pct: expected"),
      (usual + #", "crop_pct": 1.1"#, "crop_pct: expected"),
      (usual + #", "crop_pct": 0.9, "crop_mode": "border""#, "crop_mode: \"border\""),
      (usual + #", "interpolation": "lanczos""#, "interpolation: expected nearest"),
      (usual + #", "crop_pct": 1, "interpolation": "bicubic", "resample": 2"#, "resample"),
      (usual + #", "resample": 1"#, "resample: expected"),
      (usual + #", "input_size": [3, 16, 8]"#, "input_size: expected [3, 8, 8]"),
      (usual + #", "input_size": [1, 8, 8]"#, "input_size: expected [3, 8, 8]"),
      (usual + #", "image_size": 16"#, "image_size: expected [8, 8]"),
      (usual + #", "num_channels": 1"#, "num_channels: expected [3]"),
      (usual + #", "num_classes": 9"#, "num_classes: expected 8"),
      (usual + #", "size": {"height": 8, "width": 9}"#, "size: expected 8×8"),
      (usual + #", "size": {"shortest_edge": 9}"#, "size: expected 8×8"),
      (usual + #", "size": {"shortest_edge": 8, "longest_edge": 16}"#, "size: expected"),
      (usual + #", "size": 8"#, "one number without"),
      (usual + #", "size": {"height": 1e300, "width": 8}"#, "size: expected"),
      (
        usual + #", "size": {"shortest_edge": 9}, "do_center_crop": true, "crop_size": 7"#,
        "crop_size: expected 8×8"
      ),
      (usual + #", "crop_size": 8"#, "do_center_crop"),
      (usual + #", "do_resize": true"#, "write \"size\""),
      (usual + #", "crop_pct": 0.9, "size": {"height": 8, "width": 8}"#, "crop_pct"),
      (usual + #", "do_rescale": false"#, "do_rescale: expected true"),
      (usual + #", "rescale_factor": 0"#, "rescale_factor: expected"),
      (usual + #", "rescale_factor": 1"#, "rescale_factor: expected 1/255"),
      (#""mean": [123.7, 0.4, 0.4], "std": [58.4, 57.1, 57.4]"#, "mean: expected"),
      (#""mean": [0.5, 0.5, 0.5]"#, "std"),
      (usual + #", "do_flip_channel_order": true"#, "do_flip_channel_order"),
      (usual + #", "do_pad": true"#, "do_pad"),
      (usual + #", "channel_order": "bgr""#, "channel_order"),
      (usual + #", "do_rotate": true, "do_resize": false"#, "do_rotate"),
      (usual + #", "size": 8, "image_processor_type": "LevitImageProcessor""#, "Levit"),
      (usual + #", "intrepolation": "bilinear""#, "did you mean \"interpolation\"?"),
      (usual + #", "Crop_Pct": 0.5"#, "did you mean \"crop_pct\"?"),
      (usual + #", "model_type": "vit", "means": [1, 1, 1]"#, "did you mean \"mean\"?"),
      (usual + #", "colour": "blue""#, "colour: this key"),
      (usual + #", "label2id": {"a": 0, "b": 2}"#, "label2id: expected"),
      (usual + #", "classes": 8"#, "num_classes"),
      (usual + #", "class_names": [0, 1, 2, 3, 4, 5, 6, 7]"#, "in quotes"),
      (usual + #", "id2label": {"1": "a", "2": "b"}"#, "the numbers begin at 1"),
      (usual + #", "id2label": {"0": 0, "1": 1}"#, "in quotes"),
      (usual + #", "id2label": {"0": "a", "2": "b"}"#, "no class has the number 1"),
      (usual + #", "label2id": {"a": 1, "b": 2}"#, "the numbers begin at 1"),
      (usual + #", "mean": [0.1, 0.2, 0.3]"#, "\"mean\" twice"),
      (usual + #", "id2label": {"0": "a", "1": "b", "0": "c"}"#, "\"0\" twice"),
      (usual + #", "config": {"crop_pct": 1, "crop_p\u0063t": 0.9}"#, "\"crop_pct\" twice"),
    ]
  )
  func refused(settings: String, says: String) {
    let message = refusal(["model.json": "{\(settings)}"])
    #expect(message.contains(says) && message.contains("model.json"), "\(message)")
  }

  @Test("beside a model whose channels stand last says so")
  func channelsLast() throws {
    var model = ONNXTestModel()
    model.input("x", [1, 16, 16, 3])
    model.node("ReduceMean", ["x"], ["y"], [.ints("axes", [1, 2]), .int("keepdims", 0)])
    model.output("y")
    let path = try folder.file("model.onnx", [UInt8](model.proto.serializedData()))
    #expect(try ModelFile.read(path: path).description.preprocessing == nil)
    _ = try folder.file("model.json", Array("{\(Self.usual)}".utf8))
    let error = #expect(throws: ImportError.self) { try ModelFile.read(path: path) }
    let message = error?.description ?? ""
    #expect(message.contains("input x") && message.contains("channels last"), "\(message)")
    #expect(message.contains("[1, 16, 16, 3]"), "\(message)")
  }

  @Test("by timm or Hugging Face may hold any key about the architecture")
  func foreignKeys() throws {
    let found = try description([
      "config.json": """
      {"architectures": ["ViTForImageClassification"], "model_type": "vit", "hidden_size": 32,
       "attention_probs_dropout_prob": 0.0, "pooler_act": "tanh", "encoder_stride": 16,
       "initializer_range": 0.02, "label2id": {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5,
       "g": 6, "h": 7}, "pad_token_id": 0, "pretrained_cfg": {\(Self.usual), "num_classes": 1000}}
      """
    ])
    #expect(found.classNames == ["a", "b", "c", "d", "e", "f", "g", "h"])
    #expect(found.preprocessing != nil)
  }

  @Test("that contradicts another file beside the model is refused, both named")
  func contradiction() {
    let message = refusal([
      "config.json": #"{"model_type": "vit", "pretrained_cfg": {\#(Self.usual)}}"#,
      "preprocessor_config.json": #"{"image_mean": [0.4, 0.5, 0.5], "image_std": [1, 1, 1]}"#,
    ])
    #expect(message.contains("/config.json") && message.contains("preprocessor_config.json"))
    #expect(message.contains("[0.5, 0.5, 0.5]"), "\(message)")
    #expect(message.contains("[0.4, 0.5, 0.5]"), "\(message)")
  }

  @Test("with the size of tests takes the crop of tests")
  func testSize() throws {
    let settings = Self.usual + #", "input_size": [3, 4, 4], "test_input_size": [3, 8, 8], "#
    let found = try description([
      "model.json": "{\(settings) \"crop_pct\": 0.8, \"test_crop_pct\": 1.0}"
    ])
    #expect(found.preprocessing?.resize == .shorterSide(8))
  }

  @Test("for images that are not square compares height with height")
  func standing() throws {
    let settings = Self.usual + #", "size": {"height": 8, "width": 4}, "input_size": [3, 8, 4]"#
    let found = try description(["model.json": "{\(settings)}"], height: 8, width: 4)
    #expect(found.preprocessing?.outputSize(for: .init(width: 9, height: 9)).height == 8)
    let turned = refusal(["model.json": "{\(settings)}"], height: 4, width: 8)
    #expect(
      turned.contains("input_size: expected [3, 4, 8], as in the model, found [3, 8, 4]"),
      "\(turned)"
    )
  }
}
