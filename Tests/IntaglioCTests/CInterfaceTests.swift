import CIntaglio
import Intaglio
import IntaglioData
import IntaglioNumerics
import IntaglioTestSupport
import Synchronization
import Testing

/// The functions of `intaglio.h`, called as C calls them.
@Suite("The C interface")
struct CInterfaceTests {
  /// A model of C's that is closed at the end.
  private final class Handle: @unchecked Sendable {
    var pointer: OpaquePointer?

    init(_ name: String, _ change: (inout intaglio_options) -> Void = { _ in }) throws {
      var options = intaglio_options()
      options.size = MemoryLayout<intaglio_options>.size
      change(&options)
      var error = intaglio_error()
      let status = intaglio_open(name, &options, &pointer, &error)
      try #require(status == INTAGLIO_OK, "\(error.text)")
    }

    deinit { intaglio_close(pointer) }
  }

  private func samples(_ count: Int, seed: UInt64 = 3) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count * 64 * 64).map { _ in Float.random(in: -2...2, using: &random) }
  }

  private func pixels(_ count: Int) -> [UInt8] {
    var random = SplitMix64(seed: 9)
    return (0..<count * 64 * 64).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  @Test("logits are those of the engine, whatever the number of samples and threads")
  func logits() throws {
    let samples = samples(70)
    let classifier = try Classifier(opening: "demo:3", ClassifierOptions(threads: 1))
    let expected = try classifier.logits(samples, count: 70)
    for threads: Int32 in [1, 2] {
      let model = try Handle("demo:3") { $0.threads = threads }
      #expect(intaglio_input_count(model.pointer) == 4096)
      #expect(intaglio_output_count(model.pointer) == 6)
      var (found, error) = ([Float](repeating: 0, count: 420), intaglio_error())
      #expect(intaglio_run_f32(model.pointer, samples, 70, &found, 420, &error) == INTAGLIO_OK)
      #expect(found == expected)
      var single = [Float](repeating: 0, count: 6)
      let last = Array(samples[69 * 4096..<70 * 4096])
      #expect(intaglio_run_f32(model.pointer, last, 1, &single, 6, nil) == INTAGLIO_OK)
      #expect(single == Array(expected.suffix(6)))
    }
  }

  @Test("pixels go through the model's own preprocessing, with or without a file around them")
  func pixelsAndFiles() throws {
    let model = try Handle("demo:3")
    let pixels = pixels(3)
    var samples = [Float](repeating: 0, count: 3 * 4096)
    var error = intaglio_error()
    let prepared = intaglio_preprocess_u8(
      model.pointer,
      pixels,
      3,
      64,
      64,
      1,
      &samples,
      Int64(samples.count),
      &error
    )
    #expect(prepared == INTAGLIO_OK, "\(error.text)")
    var (direct, through) = ([Float](repeating: 0, count: 18), [Float](repeating: 1, count: 18))
    #expect(
      intaglio_run_u8(model.pointer, pixels, 3, 64, 64, 1, &direct, 18, &error) == INTAGLIO_OK
    )
    #expect(intaglio_run_f32(model.pointer, samples, 3, &through, 18, &error) == INTAGLIO_OK)
    #expect(direct == through)
    let image = try Image(width: 64, height: 64, channels: 1, pixels: Array(pixels.prefix(4096)))
    let file = try image.png()
    var sample = [Float](repeating: 0, count: 4096)
    #expect(
      intaglio_preprocess_encoded(model.pointer, file, file.count, &sample, 4096, &error)
        == INTAGLIO_OK
    )
    #expect(sample == Array(samples.prefix(4096)))
    // Colours of equal parts are grey; what is transparent counts as it is.
    let colours: [UInt8] = pixels.prefix(4096).flatMap { [$0, $0, $0, 7] as [UInt8] }
    #expect(
      intaglio_preprocess_u8(model.pointer, colours, 1, 64, 64, 4, &sample, 4096, &error)
        == INTAGLIO_OK
    )
    #expect(sample == Array(samples.prefix(4096)))
  }

  @Test("a description is JSON, and says how long it is before there is room")
  func description() throws {
    let model = try Handle("demo:2") { $0.threads = 1 }
    var length = 0
    #expect(intaglio_describe(model.pointer, nil, 0, &length, nil) == INTAGLIO_OK)
    var (text, error) = ([CChar](repeating: 0, count: length + 1), intaglio_error())
    #expect(
      intaglio_describe(model.pointer, &text, length, &length, &error)
        == INTAGLIO_INVALID_ARGUMENT
    )
    #expect(error.text.contains("room for \(length + 1) bytes"))
    #expect(intaglio_describe(model.pointer, &text, length + 1, &length, &error) == INTAGLIO_OK)
    let json = String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #expect(json.contains("\"multiplications\":{\"integer\":26,\"total\":26}"))
    #expect(json.contains("\"shape\":[1,64,64]"))
    #expect(json.contains("\"threads\":1"))
  }

  @Test("several threads may use one model")
  func threads() throws {
    let model = try Handle("demo:2") { $0.threads = 2 }
    let inputs = (0..<8).map { samples(1, seed: UInt64($0)) }
    let expected = inputs.map { run(model, $0) }
    let found = try ParallelMap(threads: 4).map(40) { self.run(model, inputs[$0 % 8]) }
    #expect(found.indices.allSatisfy { found[$0] == expected[$0 % 8] })
  }

  private func run(_ model: Handle, _ sample: [Float]) -> [Float] {
    var logits = [Float](repeating: 0, count: 6)
    _ = intaglio_run_f32(model.pointer, sample, 1, &logits, 6, nil)
    return logits
  }

  @Test("what no call may have is refused, and what does not fit is named")
  func refusals() throws {
    let model = try Handle("demo:3")
    var (logits, error) = ([Float](repeating: 0, count: 6), intaglio_error())
    var sample = samples(1)
    func expect(_ found: intaglio_status, _ status: Int, _ message: String) {
      #expect(found == status)
      #expect(error.text.contains(message), "\(error.text)")
      #expect(error.status == found)
    }
    let pointer = model.pointer
    expect(
      intaglio_run_f32(nil, sample, 1, &logits, 6, &error),
      INTAGLIO_INVALID_ARGUMENT,
      "'model'"
    )
    expect(
      intaglio_run_f32(pointer, nil, 1, &logits, 6, &error),
      INTAGLIO_INVALID_ARGUMENT,
      "'samples'"
    )
    expect(
      intaglio_run_f32(pointer, sample, -1, &logits, 6, &error),
      INTAGLIO_INVALID_ARGUMENT,
      "-1"
    )
    expect(
      intaglio_run_f32(pointer, sample, 1, &logits, 5, &error),
      INTAGLIO_INVALID_ARGUMENT,
      "1 × 6"
    )
    expect(
      intaglio_run_f32(pointer, sample, .max, &logits, .max, &error),
      INTAGLIO_INVALID_ARGUMENT,
      "room"
    )
    #expect(intaglio_run_f32(pointer, nil, 0, nil, 0, &error) == INTAGLIO_OK)
    sample[77] = .nan
    expect(intaglio_run_f32(pointer, sample, 1, &logits, 6, &error), INTAGLIO_NO_FIT, "finite")
    let pixels = pixels(1)
    expect(
      intaglio_run_u8(pointer, pixels, 1, 64, 64, 2, &logits, 6, &error),
      INTAGLIO_INVALID_ARGUMENT,
      "channels"
    )
    expect(
      intaglio_run_u8(pointer, pixels, 1, 0, 64, 1, &logits, 6, &error),
      INTAGLIO_INVALID_ARGUMENT,
      "0×64"
    )
    expect(
      intaglio_run_u8(pointer, pixels, 1, 32, 64, 1, &logits, 6, &error),
      INTAGLIO_NO_FIT,
      "[1, 32, 64]"
    )
    expect(
      intaglio_preprocess_encoded(pointer, pixels, -1, &sample, 4096, &error),
      INTAGLIO_INVALID_ARGUMENT,
      "a size of 0…"
    )
    expect(
      intaglio_preprocess_encoded(pointer, pixels, 100, &sample, 4096, &error),
      INTAGLIO_NO_IMAGE,
      "the image"
    )
  }

  @Test("a model that cannot be opened leaves a null pointer and a reason")
  func opening() throws {
    var (model, error) = (OpaquePointer(bitPattern: 8), intaglio_error())
    #expect(intaglio_open("absent.onnx", nil, &model, &error) == INTAGLIO_NO_MODEL)
    #expect(model == nil)
    #expect(error.text.hasPrefix("absent.onnx: cannot be read"))
    #expect(intaglio_open(nil, nil, &model, &error) == INTAGLIO_INVALID_ARGUMENT)
    #expect(intaglio_open("demo:3", nil, nil, &error) == INTAGLIO_INVALID_ARGUMENT)
    var options = intaglio_options()
    #expect(intaglio_open("demo:3", &options, &model, &error) == INTAGLIO_INVALID_ARGUMENT)
    #expect(error.text.contains("options.size"))
    options.size = MemoryLayout<intaglio_options>.size
    options.threads = -1
    #expect(intaglio_open("demo:3", &options, &model, &error) == INTAGLIO_INVALID_ARGUMENT)
    options.threads = 1
    "int4".withCString { word in
      options.arithmetic = word
      #expect(intaglio_open("demo:3", &options, &model, &error) == INTAGLIO_INVALID_ARGUMENT)
    }
    #expect(error.text.contains("integer-only"))
    "float32".withCString { word in
      options.arithmetic = word
      #expect(intaglio_open("integer:demo:3", &options, &model, &error) == INTAGLIO_NO_MODEL)
    }
    #expect(model == nil)
    intaglio_close(nil)
  }
}

extension intaglio_error {
  fileprivate var text: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
