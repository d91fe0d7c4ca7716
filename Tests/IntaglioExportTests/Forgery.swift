import Foundation
import IntaglioData
import IntaglioNumerics

/// A packed model whose texts can be changed and whose checksum is then right again.
struct Forgery {
  var metadata: [String: String]
  private var tensors: [SafetensorsTensor]

  init(_ path: String) throws {
    let file = try SafetensorsFile(contentsOf: path)
    metadata = file.metadata
    tensors = try file.tensors.map { array in
      try SafetensorsTensor(
        name: array.name,
        type: array.type,
        shape: array.shape,
        bytes: array.bytes.copy()
      )
    }
  }

  private(set) var program: String {
    get { metadata[PackedFormat.programKey] ?? "" }
    set { metadata[PackedFormat.programKey] = newValue }
  }

  mutating func replace(_ text: String, by replacement: String) {
    guard let range = program.range(of: text) else { return }
    program.replaceSubrange(range, with: replacement)
  }

  /// Puts tensors of another file in the place of those with the same names.
  mutating func take(_ names: [String], from other: Forgery) {
    tensors = tensors.filter { !names.contains($0.name) }
    tensors += other.tensors.filter { names.contains($0.name) }
  }

  /// Puts something else in the place of a number or a string somewhere.
  mutating func mutate(using random: inout SplitMix64) {
    let pieces = program.matches(of: /-?[0-9]+|"[^"]*"|[\[\]{},]/).map(\.range)
    let values = [
      "0", "1", "-1", "2", "3", "9", "10", "4611686018427387904", "9223372036854775807", "1e300",
      "-9223372036854775808", "2147483648", "0.5", "null", "true", "[]", "{}", "[1,2]",
      #""x""#, #""real""#, #""i8""#, #""u32""#, #""i1""#, #""constant""#, #""reshape""#,
      #""slice""#,
      #""convolution""#, #""layer-norm""#, #""shape""#, #""axis""#, #""of""#, #""1p-14""#,
      #""nan""#,
      #""quantize""#, #""requantize""#, #""dequantize""#, #""softmax""#, #""2/layer.weight""#,
    ]
    guard let range = pieces.randomElement(using: &random) else { return }
    program.replaceSubrange(range, with: values.randomElement(using: &random) ?? "0")
  }

  func write(to path: String) throws {
    var metadata = metadata
    var checksum = CRC32()
    for key in [PackedFormat.programKey, PackedFormat.descriptionKey] {
      checksum.update(Array((metadata[key] ?? "").utf8).span.bytes)
    }
    for tensor in tensors.sorted(by: { $0.name < $1.name }) {
      checksum.update(tensor.bytes.span.bytes)
    }
    let digits = String(checksum.value, radix: 16)
    metadata[PackedFormat.checksumKey] = String(repeating: "0", count: 8 - digits.count) + digits
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
  }
}
