import Foundation
import Intaglio
import IntaglioData
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("intaglio quantize")
struct QuantizeCommandTests {
  @Test("a float checkpoint becomes an integer-only program that runs, the same each time")
  func quantizes() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.writeImages(24)
    let executable = try Executable()
    let arguments = [
      "quantize", model, "--calibration", data, "--data", data, "--calibration-every", "3",
    ]
    let first = try executable.run(
      arguments + [
        "--weights", "4", "--activations", "4", "-o", folder.path("a.intaglio"), "--json",
      ]
    )
    #expect(first.exitCode == 0, "\(first.errors)")
    #expect(first.output.contains("\"divergence\""))
    let second = try executable.run(
      arguments + [
        "--weights", "4", "--activations", "4", "-o", folder.path("b.intaglio"), "--threads", "1",
      ]
    )
    #expect(second.exitCode == 0, "\(second.errors)")
    #expect(second.output.contains("16 images: top-1"), "the other two of three judge")
    let (a, b) = (
      try Data(contentsOf: URL(fileURLWithPath: folder.path("a.intaglio"))),
      try Data(contentsOf: URL(fileURLWithPath: folder.path("b.intaglio")))
    )
    #expect(a == b)
    let run = try executable.run(["evaluate", folder.path("a.intaglio"), "--data", data])
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  @Test("widths by budget and pin are in the recipe, which gives the same program again")
  func recipe() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.writeImages(12)
    let executable = try Executable()
    let arguments = [
      "quantize", model, "--calibration", data, "--weights", "4", "--activations", "4",
    ]
    let (first, second) = (folder.path("a.intaglio"), folder.path("b.intaglio"))
    let recipe = folder.path("recipe.json")
    let searched = try executable.run(
      arguments + [
        "--budget", "weights=4.5", "--budget", "activations=5", "--pin", "blocks.0.attn=8/7",
        "--write-recipe", recipe, "-o", first,
      ]
    )
    #expect(searched.exitCode == 0, "\(searched.errors)")
    #expect(searched.output.contains("layers' sum, nats"))
    let json = try executable.run(arguments + ["--recipe", recipe, "-o", second, "--json"]).json()
    #expect(try folder.bytes("a.intaglio") == folder.bytes("b.intaglio"))
    let layers = try #require(json["layers"] as? [[String: Any]])
    let qkv = try #require(layers.first { $0["name"] as? String == "blocks.0.attn.qkv" })
    #expect(qkv["weights"] as? Int == 8 && qkv["activations"] as? Int == 7)
    for (content, words) in [
      ("{", "JSON"), ("{\"layer\": {}}", "layers"), ("{\"layers\": {}, \"more\": {}}", "'more'"),
      ("{\"layers\": {\"head\": {\"weights\": 4}}}", "no 'activations'"),
      ("{\"layers\": {\"head\": {\"activations\": 4, \"bits\": 4}}}", "'bits'"),
      (
        "{\"layers\": {\"blocks.0.attn.qk\": {\"weights\": 4, \"activations\": 4}}}",
        "has no weights"
      ),
      ("{\"layers\": {\"nowhere\": {\"activations\": 4}}}", "no layer 'nowhere'"),
    ] {
      try folder.file("wrong.json", Array(content.utf8))
      let run = try executable.run(arguments + ["--recipe", folder.path("wrong.json")])
      #expect(run.exitCode == 1 && run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test("a front is a table and a page with a plot, and points that may be lost choose widths")
  func front() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.writeImages(12)
    let executable = try Executable()
    let page = folder.path("page.html")
    let run = try executable.run(
      ["quantize", model, "--calibration", data, "--budget", "drop=90", "--report", page, "--json"]
    )
    let front = try #require(try run.json()["front"] as? [String: Any])
    let points = try #require(front["points"] as? [[String: Any]])
    #expect(points.count { $0["isChosen"] as? Bool == true } == 1)
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("<svg") && html.contains("<h2>Widths</h2>"))
    let all = try executable.run(["quantize", model, "--calibration", data, "--front"])
    #expect(all.exitCode == 0, "\(all.errors)")
    #expect(all.output.contains("expected drop, points"))
    let refused = try executable.run(
      ["quantize", model, "--calibration", data, "--budget", "drop=1", "--budget", "weights=4"]
    )
    #expect(refused.exitCode == 64 && refused.errors.contains("choose the same bits"))
  }

  @Test("of a folder with a part for tests the other part calibrates and that part judges")
  func split() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.writeImages(24)
    var random = SplitMix64(seed: 8)
    try IDXFile.write(
      bytes: (0..<64 * 10).map { _ in UInt8(random.next() >> 56) },
      shape: [10, 8, 8],
      to: "\(data)/train-images-idx3-ubyte"
    )
    try IDXFile.write(
      bytes: (0..<10).map { UInt8($0 % 5) },
      shape: [10],
      to: "\(data)/train-labels-idx1-ubyte"
    )
    let json = try Executable()
      .run(["quantize", model, "--calibration", data, "--data", data, "--json"]).json()
    #expect(json["calibrationImages"] as? Int == 10)
    #expect((json["judgement"] as? [String: Any])?["images"] as? Int == 24)
  }

  @Test("images that calibrate need no labels, images that judge do")
  func unlabelled() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.subfolder("photos")
    for index in 0..<9 {
      let pixels = (0..<64).map { UInt8($0 * (index + 1) % 256) }
      let image = try Image(width: 8, height: 8, channels: 1, pixels: pixels)
      try image.writePNG(to: "\(data)/holiday \(index).png")
    }
    let executable = try Executable()
    let run = try executable.run(["quantize", model, "--calibration", data])
    #expect(run.exitCode == 0, "\(run.errors)")
    let judged = try executable.run(["quantize", model, "--calibration", data, "--data", data])
    #expect(judged.exitCode == 1)
    #expect(judged.errors.contains("a name that begins with its label"), "\(judged.errors)")
  }

  @Test("budgets that choose the same bits twice are refused")
  func budgets() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.writeImages(6)
    let executable = try Executable()
    for (first, second) in [
      ("weights=4", "size=2MB"), ("weights=4", "weights=5"), ("activations=4", "bops=1G"),
      ("bops=1G", "weights=4"),
    ] {
      let run = try executable.run(
        ["quantize", model, "--calibration", data, "--budget", first, "--budget", second]
      )
      #expect(run.exitCode == 64 && run.errors.contains("choose the same bits"), "\(run.errors)")
    }
  }

  @Test("what cannot be is refused in one line, and nothing is written")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let quantized = try Checkpoint.calibrated.write(to: folder, name: "q.safetensors")
    let data = try folder.writeImages(6)
    let empty = folder.path("empty")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    let executable = try Executable()
    let output = folder.path("out.intaglio")
    for (arguments, words) in [
      ([quantized, "--calibration", data], "quantized already"),
      ([model, "--calibration", empty], "empty"),
      ([model, "--calibration", folder.path("nowhere")], "nowhere"),
      ([model, "--calibration", data, "--weights", "9"], "--weights"),
      ([model, "--calibration", data, "--activations", "1"], "--activations"),
      ([model, "--calibration", data, "--without", "magic"], "magic"),
      ([model, "--calibration", data, "--pin", "nowhere=4/4"], "no layer is called 'nowhere'"),
      ([model, "--calibration", data, "--pin", "head=4"], "head=4"),
      ([model, "--calibration", data, "--budget", "weights=9"], "weights=9"),
      ([model, "--calibration", data, "--budget", "size=1"], "too little"),
      ([model, "--calibration", data, "--recipe", data], data),
    ] {
      let run = try executable.run(["quantize"] + arguments + ["-o", output])
      #expect(run.exitCode != 0 && run.exitCode != nil, "\(arguments)")
      #expect(run.errors.contains(words), "\(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }

  @Test("--qdq writes a standard model with the same preprocessing and classes, alone or beside -o")
  func standard() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.writeImages(8)
    let executable = try Executable()
    let arguments = ["quantize", model, "--calibration", data, "--weights", "4", "--json"]
    let qdq = folder.path("model.onnx")
    let alone = try executable.run(arguments + ["--qdq", qdq])
    #expect(alone.exitCode == 0, "\(alone.errors)")
    #expect(alone.output.contains("\"qdq\" : \"\(qdq)\""))
    let first = try folder.bytes("model.onnx")
    let program = folder.path("a.intaglio")
    let both = try executable.run(arguments + ["--qdq", qdq, "-o", program])
    #expect(both.exitCode == 0, "\(both.errors)")
    #expect(try folder.bytes("model.onnx") == first)
    for name in [qdq, program] {
      let run = try executable.run(["evaluate", name, "--data", data])
      #expect(run.exitCode == 0, "\(run.errors)")
    }
  }

  @Test("--checkpoint writes the graph that becomes the same program, and the float one")
  func checkpoint() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.writeImages(8)
    let executable = try Executable()
    let (program, start) = (folder.path("a.intaglio"), folder.path("runs/start"))
    let made = try executable.run([
      "quantize", model, "--calibration", data, "--weights", "3", "--activations", "3",
      "-o", program, "--checkpoint", start, "--json",
    ])
    #expect(made.exitCode == 0, "\(made.errors)")
    #expect(made.output.contains("\"checkpoint\" : \"\(start)\""))
    let again = folder.path("b.intaglio")
    let run = try executable.run([
      "integerize", start + "/model.safetensors", "--arithmetic", "integer-only",
      "--calibration", data, "-o", again,
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(try folder.bytes("a.intaglio") == folder.bytes("b.intaglio"))
    // No float weights beside the codes.
    let quantized = try Model(contentsOf: start + "/model.safetensors")
    #expect(quantized.graph.live.count == quantized.graph.values.count)
    let packed = try executable.run(["pack", model, "-o", folder.path("float")])
    #expect(packed.exitCode == 0, "\(packed.errors)")
    #expect(try folder.bytes("float") == folder.bytes("runs/start/float.safetensors"))
    // The float model is not lost.
    let before = try folder.bytes("vit.safetensors")
    try FileManager.default.moveItem(atPath: model, toPath: folder.path("model.safetensors"))
    try FileManager.default.moveItem(
      atPath: folder.path("vit.json"),
      toPath: folder.path("model.json")
    )
    let over = try executable.run([
      "quantize", folder.path("model.safetensors"), "--calibration", data, "--checkpoint",
      folder.path(""),
    ])
    #expect(over.exitCode == 1 && over.errors.contains("the model that was read"), "\(over.errors)")
    #expect(try folder.bytes("model.safetensors") == before)
  }

  @Test("--qdq in the place of the program, or where no file can stand, is refused")
  func standardRefusals() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.writeImages(6)
    let executable = try Executable()
    let arguments = ["quantize", model, "--calibration", data]
    let same = folder.path("same")
    let twice = try executable.run(arguments + ["-o", same, "--qdq", same])
    #expect(twice.exitCode == 64)
    #expect(twice.errors.contains("name two"))
    let before = try folder.bytes("vit.safetensors")
    for path in [folder.path("nowhere/model.onnx"), data, model] {
      let run = try executable.run(arguments + ["--qdq", path])
      #expect(run.exitCode == 1, "\(path)")
    }
    #expect(try folder.bytes("vit.safetensors") == before)
    #expect(!FileManager.default.fileExists(atPath: same))
  }

  @Test("a norm whose rows are averaged becomes a stream that runs")
  func averaged() throws {
    let folder = try TemporaryFolder()
    var checkpoint = Checkpoint.timm
    checkpoint.files = [
      "vit.json": """
      {"num_heads": 2, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "global_pool": "avg"}
      """
    ]
    let model = try checkpoint.write(to: folder)
    let data = try folder.writeImages(16)
    let executable = try Executable()
    let output = folder.path("a.intaglio")
    let run = try executable.run(
      ["quantize", model, "--calibration", data, "--data", data, "-o", output]
    )
    #expect(run.exitCode == 0, "\(run.errors)")
    let against = ["--data", data, "--against", "oracle"]
    let evaluated = try executable.run(["evaluate", output] + against)
    #expect(evaluated.exitCode == 0, "\(evaluated.errors)")
  }

  @Test("no more images calibrate than the limit, and the report says of how many")
  func limit() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let arguments = [
      "quantize", model, "--calibration", try folder.writeImages(24), "--calibration-limit", "7",
    ]
    let executable = try Executable()
    let run = try executable.run(arguments)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.contains("calibrated on 7 of 24 images, evenly spaced, in "))
    #expect(run.output.contains(/in \d+\.\d s\./), "\(run.output)")
    let json = try executable.run(arguments + ["--json"]).json()
    #expect(json["calibrationImages"] as? Int == 7 && json["foundImages"] as? Int == 24)
  }

  @Test("one image calibrates; images that show nothing, damaged or of a wrong size do not")
  func images() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.subfolder("images")
    let executable = try Executable()
    func quantize() throws -> Executable.Run {
      try executable.run(["quantize", model, "--calibration", data])
    }
    func write(_ name: String, side: Int = 8, _ pixel: (Int) -> UInt8) throws {
      let pixels = (0..<side * side).map(pixel)
      let image = try Image(width: side, height: side, channels: 1, pixels: pixels)
      try image.writePNG(to: "\(data)/\(name)")
    }
    func refused(_ words: String) throws {
      let run = try quantize()
      #expect(run.exitCode == 1 && run.errors.contains(words), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count { !$0.hasPrefix("note: ") } == 1)
    }
    // Labels are not looked at, so names say nothing.
    try write("0_a.png") { UInt8($0 * 4) }
    let one = try quantize()
    #expect(one.exitCode == 0, "\(one.errors)")
    try write("1_b.png") { UInt8($0 * 4) }
    try refused("2 that are all equal to 0_a.png")
    try write("0_a.png") { _ in 9 }
    try write("1_b.png") { _ in 8 }
    try refused("one colour")
    try write("1_b.png", side: 12) { UInt8($0) }
    try refused("1_b.png")
    try folder.file("images/1_b.png", [1, 2, 3])
    try refused("1_b.png")
  }

  @Test(
    "an image that is cut off or of another size in the midst of others is refused with its name"
  )
  func damagedImages() throws {
    let folder = try TemporaryFolder()
    let model = try Checkpoint.timm.write(to: folder)
    let data = try folder.subfolder("images")
    func image(_ index: Int, side: Int = 8) throws -> [UInt8] {
      let pixels = (0..<side * side).map { UInt8($0 * (2 * index + 3) % 256) }
      return try Image(width: side, height: side, channels: 1, pixels: pixels).png()
    }
    for index in 0..<20 { try folder.file("images/\(index + 10).png", image(index)) }
    let executable = try Executable()
    let output = folder.path("out.intaglio")
    let arguments = ["quantize", model, "--calibration", data, "-o", output]
    #expect(try executable.run(arguments).exitCode == 0)
    try FileManager.default.removeItem(atPath: output)
    let whole = try image(9)
    for bytes in [
      [], Array(whole.prefix(whole.count / 2)), Array(whole.dropLast(13)), try image(9, side: 12),
      [137, 80, 78, 71],
    ] {
      try folder.file("images/19.png", bytes)
      let run = try executable.run(arguments)
      #expect(run.exitCode == 1 && run.errors.contains("19.png"), "\(bytes.count): \(run.errors)")
      #expect(run.errors.split(separator: "\n").count { !$0.hasPrefix("note: ") } == 1)
      #expect(!FileManager.default.fileExists(atPath: output))
    }
    // Beyond the limit it is never read.
    let few = try executable.run(arguments + ["--calibration-limit", "2"])
    #expect(few.exitCode == 0, "\(few.errors)")
  }

  @Test(
    "a parameter that is no number is refused in one line, and nothing is written",
    arguments: [
      "patch_embed.proj.weight", "patch_embed.proj.bias", "cls_token", "pos_embed",
      "blocks.0.norm1.weight", "blocks.1.norm2.bias", "blocks.0.attn.qkv.weight",
      "blocks.0.attn.qkv.bias", "blocks.1.mlp.fc1.bias", "blocks.1.mlp.fc2.weight",
      "blocks.1.mlp.fc2.bias", "norm.weight", "norm.bias", "head.weight", "head.bias",
    ],
    [Float.nan, .infinity]
  )
  func notFinite(name: String, number: Float) throws {
    let folder = try TemporaryFolder()
    var checkpoint = Checkpoint.timm
    let count = try #require(checkpoint.shapes[name]).reduce(1, *)
    var numbers = Checkpoint.numbers(name, count)
    numbers[count / 2] = number
    checkpoint.values[name] = numbers
    let model = try checkpoint.write(to: folder)
    let output = folder.path("out.intaglio")
    let run = try Executable().run([
      "quantize", model, "--calibration", try folder.writeImages(6), "-o", output,
    ])
    #expect(run.exitCode == 1 && run.errors.contains("tensor \(name): "), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count { !$0.hasPrefix("note: ") } == 1)
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
