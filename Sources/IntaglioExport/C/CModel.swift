public import IntaglioData
import IntaglioGraph
import IntaglioNumerics
public import IntaglioRewrite

/// A program of nothing but integers as one C99 file that needs nothing else: no library, no allocation, no floats.
///
/// Two functions, `model_run` for the pixels of an image and `model_run_codes` for what they are quantized to, give
/// the accumulators of the logits, equal in every bit to every other form of the program. The text says at its head
/// what it takes and gives and how much memory it needs.
public struct CModel: Sendable {
  /// The file.
  public let text: String
  /// What weights and tables take, in bytes.
  public let tableBytes: Int
  /// What the buffers take, in bytes; the stack beside them is small.
  public let memoryBytes: Int

  /// - Parameters:
  ///   - program: the program.
  ///   - description: name, preprocessing and classes.
  ///   - version: that of this program, for the head of the file.
  /// - Throws: `ExportError.noCForm` or `.noExactForm`, naming the node.
  public init(
    program: IntegerOnlyGraph,
    description: ModelDescription,
    version: String = ""
  ) throws(ExportError) {
    let writer = try CWriter(program, logits: description.logits)
    let graph = program.graph
    let pixels = PixelCodes(graph, codes: writer.codes, description)
    let scores = CScores(graph, writer.result, description.logits)
    var helpers = writer.helpers
    var pending = Array(helpers)
    while let helper = pending.popLast() {
      for other in helper.needs where helpers.insert(other).inserted { pending.append(other) }
    }

    tableBytes = writer.tableBytes + (pixels?.codes.count ?? 0) + 16 * scores.count
    memoryBytes =
      writer.memory.bytes + writer.limits.bytes(helpers)
      + (pixels == nil ? 0 : graph.type(of: writer.codes).count)
    let parts =
      [Self.head(description, version, writer, pixels, tableBytes, memoryBytes)]
      + writer.limits.text(helpers) + helpers.sorted().map(\.text) + writer.tables
      + Self.buffers(writer) + [Self.function(writer)] + [scores.text]
      + (pixels.map { [Self.function($0, writer.type(writer.codes))] } ?? [])
    text = parts.joined(separator: "\n\n") + "\n"
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Returns: how many bytes it takes.
  /// - Throws: `ExportError.data` when the system refuses.
  @discardableResult
  public func write(to path: String) throws(ExportError) -> Int {
    let bytes = Array(text.utf8)
    do {
      try AtomicFile.write(bytes: bytes, to: path)
    } catch {
      throw .data(error)
    }
    return bytes.count
  }

  // MARK: Parts of the file

  private static func head(
    _ description: ModelDescription,
    _ version: String,
    _ writer: CWriter,
    _ pixels: PixelCodes?,
    _ tables: Int,
    _ memory: Int
  ) -> String {
    let codes = writer.graph.type(of: writer.codes)
    let name = description.name.isEmpty ? "a model" : description.name
    let count = writer.graph.type(of: writer.result).count
    let image =
      pixels.map {
        """
         *   int model_run(const uint8_t *pixels, int32_t *logits);
         *     pixels: \($0.height) rows of \($0.width) pixels of \($0.channels) bytes each, the image once it is
         *     resized and cropped; nothing is subtracted or divided, the table of codes does that.
        """ + "\n"
      } ?? ""
    let declaration =
      pixels == nil ? "" : "\nint model_run(const uint8_t *pixels, int32_t *logits);"
    let type = writer.type(writer.codes)
    return """
      /* \(CText.comment(name)): a Vision Transformer on integers alone.
       *
       * Written by Intaglio \(CText.comment(version)) ('intaglio export'); change the model, not this file.
       * C99 without libraries, allocation or floating-point numbers. int has at least 32 bits.
       *
      \(image) *   int model_run_codes(const \(type) *codes, int32_t *logits);
       *     codes: \(CText.comment("\(codes)")), what the input is quantized to.
       *   logits: \(count) accumulators. model_score(class, logits[class]) is the logit in units of 2^-MODEL_SCORE_BITS,
       *     its scale and offset rounded; model_class(logits) is the class with the largest score.
       *   Both return 0, or 1 where a pointer is null. Buffers are static: one call at a time.
       *
       * Weights and tables take \(tables) bytes (ROM), buffers \(memory) bytes (RAM).
       */
      #include <stdint.h>

      enum { MODEL_CODES = \(codes.count), MODEL_LOGITS = \(count) };
      \(declaration)
      int model_run_codes(const \(type) *codes, int32_t *logits);
      int64_t model_score(int32_t class_index, int32_t logit);
      int32_t model_class(const int32_t *logits);
      """
  }

  private static func buffers(_ writer: CWriter) -> [String] {
    var lines = CMemory.Arena.allCases.compactMap { arena in
      writer.memory.sizes[arena].map { "static \(arena.type) \(arena.name)[\($0)];" }
    }
    if writer.limits.row > 0 { lines.append("static int64_t row[\(writer.limits.row)];") }
    return [lines.joined(separator: "\n")]
  }

  private static func function(_ writer: CWriter) -> String {
    let count = writer.graph.type(of: writer.result).count
    return """
      int model_run_codes(const \(writer.type(writer.codes)) *codes, int32_t *logits)
      {
        if (!codes || !logits) return 1;
      \(writer.body.joined(separator: "\n"))
        {
          \(writer.pointer("a", writer.result))
          for (int32_t i = 0; i < \(count); i++) logits[i] = a[i];
        }
        return 0;
      }
      """
  }

  private static func function(_ pixels: PixelCodes, _ type: String) -> String {
    let table = CText.array(type, "pixel_codes", pixels.codes.map(String.init))
    let (plane, channels) = (pixels.height * pixels.width, pixels.channels)
    return """
      /* The code of every byte, channel by channel. */
      \(table)

      static \(type) image_codes[\(plane * channels)];

      int model_run(const uint8_t *pixels, int32_t *logits)
      {
        if (!pixels || !logits) return 1;
        for (int32_t i = 0; i < \(plane); i++) {
          for (int32_t c = 0; c < \(channels); c++) {
            image_codes[c * \(plane) + i] = pixel_codes[c * 256 + pixels[i * \(channels) + c]];
          }
        }
        return model_run_codes(image_codes, logits);
      }
      """
  }
}
