import IntaglioData
import IntaglioImport
import IntaglioTestSupport
import Testing

/// What may be wrong with a checkpoint, and a part of the message that it must give.
struct WrongCheckpoint: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let message: String
  let change: @Sendable (inout Checkpoint) -> Void

  init(
    _ what: String,
    _ message: String,
    _ change: @escaping @Sendable (inout Checkpoint) -> Void
  ) {
    (self.testDescription, self.message, self.change) = (what, message, change)
  }
}

@Suite("Wrong checkpoints")
struct CheckpointErrorTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func expectRefusal(_ wrong: WrongCheckpoint, of checkpoint: Checkpoint) throws {
    var checkpoint = checkpoint
    wrong.change(&checkpoint)
    let path = try checkpoint.write(to: folder)
    let error = #expect(throws: ImportError.self) { try ModelFile.read(path: path) }
    let message = error.map(\.description) ?? ""
    #expect(message.contains(wrong.message), "\(message)")
    #expect(message.contains(folder.path), "\(message)")
  }

  @Test("a wrong ViT is refused by name", arguments: timm)
  func timmErrors(wrong: WrongCheckpoint) throws {
    try expectRefusal(wrong, of: .timm)
  }

  @Test("a wrong Q-ViT is refused by name", arguments: qvit)
  func qvitErrors(wrong: WrongCheckpoint) throws {
    try expectRefusal(wrong, of: .qvit)
  }

  static let timm: [WrongCheckpoint] = [
    .init("no heads", #"write "num_heads": 1 into"#) { $0.files["vit.json"] = "{}" },
    .init("no configuration", "vit.json or config.json") { $0.files = [:] },
    .init("no mean", #"write "mean": [0.5, 0.5, 0.5] into"#) {
      $0.files["vit.json"] = #"{"num_heads": 2, "std": [1, 1, 1]}"#
    },
    .init("no std", #"write "std": [0.5, 0.5, 0.5] into"#) {
      $0.files["vit.json"] = #"{"num_heads": 2, "mean": [1, 1, 1]}"#
    },
    .init("mean of one channel", "one finite number for each of 3 channels") {
      $0.files["vit.json"] = #"{"num_heads": 2, "mean": 0.5, "std": [1, 1, 1]}"#
    },
    .init("no JSON", "expected a JSON object") { $0.files["vit.json"] = "{" },
    .init("heads as text", "num_heads: expected a whole number from 1 on") {
      $0.files["vit.json"] = #"{"num_heads": "two"}"#
    },
    .init("heads that do not divide", "expected a width that 3 heads divide, found 16") {
      $0.files["vit.json"] = #"{"num_heads": 3}"#
    },
    .init("another architecture", "expected the width 192 of vit_tiny_patch16_224, found 16") {
      $0.files = [:]
      $0.metadata["arch"] = "timm vit_tiny_patch16_224"
    },
    .init("another depth", "depth: expected 3") {
      $0.files["vit.json"] = #"{"num_heads": 2, "depth": 3}"#
    },
    .init("another number of classes", "num_classes: expected 10") {
      $0.files["vit.json"] = #"{"num_heads": 2, "num_classes": 10}"#
    },
    .init("too few class names", "expected 5, one per logit, found 1") {
      $0.files["vit.json"] = #"{"num_heads": 2, "mean": [0,0,0], "std": [1,1,1], "classes": ["a"]}"#
    },
    .init("an unknown activation", "act_layer: expected one of gelu") {
      $0.files["vit.json"] = #"{"num_heads": 2, "act_layer": "mish"}"#
    },
    .init("no weights of the head", "tensor head.bias") { $0.shapes["head.weight"] = nil },
    .init("a head that is stated and not there", "num_classes: expected 5") {
      $0.shapes["head.weight"] = nil
      $0.shapes["head.bias"] = nil
      $0.files["vit.json"] = #"{"num_heads": 2, "num_classes": 5}"#
    },
    .init("a block without a norm", "'blocks.1.norm2.weight' is missing") {
      $0.shapes["blocks.1.norm2.weight"] = nil
    },
    .init("a gap between blocks", "'blocks.1.norm1.weight' is missing") {
      for (name, shape) in $0.shapes where name.hasPrefix("blocks.1.") {
        $0.shapes["blocks.2." + name.dropFirst("blocks.1.".count)] = shape
        $0.shapes[name] = nil
      }
    },
    .init("an unknown tensor", "tensor blocks.0.attn.sink") {
      $0.shapes["blocks.0.attn.sink"] = [2]
    },
    .init("a second head alone", "a dist_token that it reads") {
      $0.shapes["head_dist.weight"] = [5, 16]
    },
    .init("positions of no square", "pos_embed: expected a square number of positions") {
      $0.shapes["pos_embed"] = [1, 8, 16]
    },
    .init("positions of another image", "expected 3×3 positions") {
      $0.files["vit.json"] = #"{"num_heads": 2, "img_size": 12}"#
      $0.shapes["pos_embed"] = [1, 7, 16]
    },
    .init("positions of another width", "pos_embed: expected [1, tokens, 16]") {
      $0.shapes["pos_embed"] = [1, 5, 8]
    },
    .init("a qkv of another width", "blocks.0.attn.qkv.weight: expected [48, 16], found [32, 16]") {
      $0.shapes["blocks.0.attn.qkv.weight"] = [32, 16]
      $0.shapes["blocks.0.attn.qkv.bias"] = [32]
    },
    .init("an MLP that does not fit", "blocks.1.mlp.fc2.weight: expected [outputs, 48]") {
      $0.shapes["blocks.1.mlp.fc2.weight"] = [16, 40]
    },
    .init("a bias of another length", "blocks.0.mlp.fc1.bias: expected [48], found [47]") {
      $0.shapes["blocks.0.mlp.fc1.bias"] = [47]
    },
    .init("a residual of another width", "add") {
      $0.shapes["blocks.1.mlp.fc2.weight"] = [12, 48]
      $0.shapes["blocks.1.mlp.fc2.bias"] = [12]
    },
    .init("a weight that is no matrix", "head.weight: expected 2 axes") {
      $0.shapes["head.weight"] = [5, 4, 4]
    },
    .init("a weight of integers", "norm.weight: expected F32, F16, BF16 or F64, found I32") {
      $0.otherTypes["norm.weight"] = .i32
    },
    .init("not a number", "blocks.1.attn.proj.bias: expected finite numbers, found nan at [3]") {
      $0.values["blocks.1.attn.proj.bias"] = (0..<16).map { $0 == 3 ? .nan : 0 }
    },
    .init("infinity", "head.weight: expected finite numbers, found inf at [4, 15]") {
      $0.values["head.weight"] = (0..<80).map { $0 == 79 ? .infinity : 0 }
    },
    .init("empty patches", "patch_embed.proj.weight: expected dimensions from 1 on") {
      $0.shapes["patch_embed.proj.weight"] = [16, 3, 0, 4]
    },
    .init("no such pooling", "global_pool: expected") {
      $0.files["vit.json"] = #"{"num_heads": 2, "global_pool": "max"}"#
    },
  ]

  static let qvit: [WrongCheckpoint] = [
    .init("no bits", #"write "nbits": 3 into"#) { $0.files["config.json"] = "{}" },
    .init("too many bits", "nbits: expected 2 to 8 bits, found 9") {
      $0.files["config.json"] = #"{"nbits": 9}"#
    },
    .init("no form of scales", #"write "activation_scale": "mean" into"#) {
      $0.files["config.json"] = #"{"nbits": 3}"#
    },
    .init("an unknown form of scales", "activation_scale: expected") {
      $0.files["config.json"] = #"{"nbits": 3, "activation_scale": "median"}"#
    },
    .init("other heads", "blocks.0.attn.q_act.alpha: expected 4 heads") {
      $0.files["config.json"] = #"{"nbits": 3, "num_heads": 4}"#
    },
    .init("a distillation token", "a Q-ViT model with the extra tokens") {
      $0.shapes["dist_token"] = [1, 1, 16]
      $0.shapes["pos_embed"] = [1, 6, 16]
    },
    .init("a scale of zero", "head.alpha: expected finite scales other than zero, found 0.0 at [2]")
    {
      $0.set("head.alpha", [1, 1, 0, 1, 1])
    },
    .init("a scale that is not a number", "head.alpha: expected finite numbers, found nan at [0]") {
      $0.set("head.alpha", [.nan, 1, 1, 1, 1])
    },
    .init("scales whose mean is zero", "head.act.alpha: expected numbers whose mean is a scale") {
      $0.set("head.act.alpha", (0..<16).map { $0 % 2 == 0 ? 1 : -1 })
    },
    .init("a zero among scales per channel", "head.act.alpha: expected finite scales") {
      $0.files["config.json"] = """
        {"nbits": 3, "activation_scale": "per_channel", "mean": [0, 0, 0], "std": [1, 1, 1]}
        """
      $0.set("head.act.alpha", (0..<16).map { Float($0) })
    },
    .init("half a sign", "head.act.signed: expected 0 or 1, found 0.5") {
      $0.set("head.act.signed", [0.5])
    },
    .init("a zero point beyond all codes", "head.act.zero_point: expected numbers of at most 24") {
      $0.set("head.act.zero_point", (0..<16).map { _ in 1e9 })
    },
    .init("too few zero points", "head.act.zero_point: expected [16], found [3]") {
      $0.set("head.act.zero_point", [0, 0, 0])
    },
    .init("a quantizer missing", "'blocks.1.attn.attn_act.signed' is missing") {
      $0.shapes["blocks.1.attn.attn_act.signed"] = nil
    },
    .init("a quantizer too many", "tensor norm.act.alpha") { $0.set("norm.act.alpha", [1]) },
  ]
}
