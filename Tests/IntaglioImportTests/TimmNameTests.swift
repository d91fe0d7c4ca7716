import Foundation
import IntaglioTestSupport
import Testing

import IntaglioImport

@Suite("Names and settings of timm")
struct TimmNameTests {
  @Test(
    "names of plain models are known",
    arguments: [
      "vit_tiny_patch16_224", "vit_base_patch16_224.augreg_in21k_ft_in1k",
      "timm/vit_small_patch8_224.dino", "deit_small_distilled_patch16_224.fb_in1k",
      "deit3_huge_patch14_224", "vit_pico_patch4_8", "vit_medium_patch16_reg4_gap_256",
      "vit_base_patch14_dinov2.lvd142m", "vit_large_patch14_reg4_dinov2",
      "vit_base_patch32_clip_224.laion2b", "vit_base_patch16_224_miil", "flexivit_base.1200ep_in1k",
      "eva_large_patch14_196", "vit_base_patch16_plus_240", "vit_small_patch16_36x1_224",
      "vit_base_patch16_rpn_224.sw_in1k", "vit_base_patch32_clip_quickgelu_224",
      "vit_base_patch16_siglip_gap_224", "vit_so150m_patch16_reg4_map_256", "beit_base_patch16_224",
    ]
  )
  func plain(text: String) { #expect(TimmName(text).obstacle == nil) }

  @Test(
    "names of other models are refused",
    arguments: [
      "vit_base_patch16_xp_224",
      "vit_base_patch16_18x2_224", "vit_small_patch16_rope_ape_224", "vit_base_patch16_dinov3",
      "vit_relpos_base_patch16_224", "samvit_base_patch16", "vit_dlittle_patch16_reg1_gap_256",
      "eva02_base_patch14_448", "cait_s24_224", "vit_small_r26_s32_224",
      "vit_base_patch16_radio_v3", "vit_pe_core_base_patch16_224", "swin_tiny_patch4_window7_224",
      "naflexvit_base_patch16_gap", "mine", "",
    ]
  )
  func others(text: String) { #expect(TimmName(text).obstacle != nil) }

  @Test("heads and ε follow from the name")
  func extents() throws {
    #expect(TimmArchitecture("vit_base_patch16_gap_224")?.heads == 16)
    #expect(TimmArchitecture("vit_base_patch16_224")?.heads == 12)
    #expect(TimmArchitecture("vit_base_patch16_plus_240")?.width == 896)
    #expect(TimmArchitecture("vit_base_patch16_clip_224")?.evaluation == nil)
    #expect(TimmName("vit_base_patch16_clip_224").epsilon == 1e-5)
    #expect(TimmName("vit_base_patch16_224").epsilon == 1e-6)
    #expect(TimmArchitecture("vit_giant_patch14_dinov2")?.heads == 24)
    #expect(TimmArchitecture("vit_giant_patch14_224")?.heads == 16)
    #expect(TimmArchitecture("vit_so400m_patch14_siglip_224")?.width == 1152)
    #expect(TimmArchitecture("beit_large_patch16_224")?.heads == 16)
  }

  /// Members of `vit.json`, and what the message says; empty where they are accepted.
  static let settings: [(String, String)] = [
    (#""pretrained_cfg": {"architecture": "vit_x_patch4_xp_8"}"#, "stand side by side"),
    (#""pretrained_cfg": {"hf_hub_id": "timm/vit_base_patch16_rpn_224.sw_in1k"}"#, "architecture"),
    (#""block_fn": "Block", "hf_hub_id": "timm/vit_base_patch16_rpn_224.sw_in1k""#, ""),
    (#""architecture": "vit_a_patch4_8", "arch": "vit_b_patch4_8""#, "as stated before"),
    (#""architecture": "resnet50""#, "not known to be a ViT, DeiT or BEiT"),
    (#""model_args": {"block_fn": "ParallelScalingBlock"}"#, "block_fn"),
    (#""model_args": {"block_fn": "timm.models.vision_transformer.Block"}"#, ""),
    (#""model_args": {"mlp_layer": "SwiGLUPacked"}"#, "a gate and what it opens for"),
    (#""model_args": {"mlp_layer": "GluMlp"}"#, "mlp_layer"),
    (#""model_args": {"norm_layer": "rmsnorm"}"#, "norm_layer"),
    (#""model_args": {"attn_layer": "diff"}"#, "attn_layer"),
    (#""model_args": {"act_layer": "quick_gelu"}"#, ""),
    (#""model_args": {"act_layer": "mish"}"#, "act_layer"),
    (#""model_args": {"global_pool": "map"}"#, "attn_pool.latent"),
    (#""model_args": {"global_pool": "avgmax"}"#, "global_pool"),
    (#""model_args": {"class_token": false}"#, "cls_token"),
    (#""model_args": {"class_token": true, "qkv_bias": true, "mlp_ratio": 3}"#, ""),
    (#""model_args": {"qkv_bias": false}"#, "blocks.0.attn.qkv.bias"),
    (#""model_args": {"qk_norm": true}"#, "no blocks.0.attn.q_norm.weight"),
    (#""model_args": {"init_values": 1e-5}"#, "no layer scale"),
    (#""model_args": {"init_values": null}"#, ""),
    (#""model_args": {"pre_norm": true}"#, "no norm_pre.weight"),
    (#""model_args": {"reg_tokens": 4}"#, "reg_tokens"),
    (#""model_args": {"no_embed_class": true}"#, "no_embed_class"),
    (#""model_args": {"patch_size": 8}"#, "patch_size"),
    (#""model_args": {"mlp_ratio": 4}"#, "48 units over 16"),
    (#""model_args": {"pool_include_prefix": 3}"#, "pool_include_prefix"),
    (#""model_args": {"rope_theta": 100}"#, "rope_theta"),
    (#""model_args": {"drop_path_rate": 0.1, "dynamic_img_size": true}"#, ""),
    (#""model_type": "vit", "hidden_act": "gelu", "layer_norm_eps": 1e-12, "qkv_bias": true"#, ""),
    (#""model_type": "dinov2""#, "model_type"),
    (#""hidden_act": "mish""#, "hidden_act"),
    (#""intermediate_size": 64"#, "intermediate_size"),
    (#""num_attention_heads": 3"#, "3 heads"),
    (#""use_swiglu_ffn": true"#, "use_swiglu_ffn"),
  ]

  @Test("settings are honoured or refused by name", arguments: settings.indices)
  func setting(index: Int) throws {
    let (members, message) = Self.settings[index]
    var checkpoint = Checkpoint.timm
    let heads = members.contains("num_attention_heads") ? "" : #""num_heads": 2, "#
    checkpoint.files["vit.json"] =
      "{\(heads)\"mean\": [0.5, 0.5, 0.5], \"std\": [0.5, 0.5, 0.5], \(members)}"
    let folder = try TemporaryFolder()
    if message.isEmpty {
      _ = try checkpoint.read(in: folder)
    } else {
      let error = #expect(throws: ImportError.self) { try checkpoint.read(in: folder) }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }
  }

  @Test("a file named for another model is refused where nothing else names it")
  func fileName() throws {
    let folder = try TemporaryFolder()
    var checkpoint = Checkpoint.timm
    checkpoint.files["config.json"] = checkpoint.files.removeValue(forKey: "vit.json")
    let path = try checkpoint.write(to: folder, name: "vit_base_patch16_rpn_224.safetensors")
    let error = #expect(throws: ImportError.self) { try ModelFile.read(path: path) }
    #expect(
      error?.description.contains(#"write "architecture": "vit_base_patch16_rpn_224""#) == true
    )
  }

  @Test(
    "a file's own name tells another model only where it holds a name of timm's",
    arguments: [
      ("city_map_small", false), ("win_xp_run", false), ("land_map_patch16_a", false),
      ("map_vit_base_patch16_224", false), ("vit_base_patch16_224_map_rpn", false),
      ("my_vit_base_patch16_rpn_224", true), ("vit_base_patch16_rpn_224_mine", true),
      ("vit_relpos_base_patch16_224", true), ("samvit_base_patch16", true),
    ]
  )
  func ownName(name: String, isRefused: Bool) throws {
    var checkpoint = Checkpoint.timm
    checkpoint.files["config.json"] = checkpoint.files.removeValue(forKey: "vit.json")
    let folder = try TemporaryFolder()
    let path = try checkpoint.write(to: folder, name: "\(name).safetensors")
    let model = try? ModelFile.read(path: path)
    #expect((model == nil) == isRefused)
  }

  @Test("tensors that norms before and behind the sublayers share ask for the kind of block")
  func sublayers() throws {
    var checkpoint = Checkpoint.timm
    checkpoint.shapes["cls_token"] = nil
    checkpoint.shapes["pos_embed"] = [1, 4, 16]
    for block in ["blocks.0", "blocks.1"] { checkpoint.shapes["\(block).attn.qkv.bias"] = nil }
    let error = #expect(throws: ImportError.self) { try checkpoint.read(in: TemporaryFolder()) }
    #expect(error?.description.contains("block_fn") == true)
    checkpoint.files["vit.json"] = checkpoint.files["vit.json"]?
      .replacingOccurrences(of: "{", with: #"{"block_fn": "Block", "#)
    _ = try checkpoint.read(in: TemporaryFolder())
  }
}
