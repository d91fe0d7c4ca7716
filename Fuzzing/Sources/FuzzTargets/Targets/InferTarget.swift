import IntaglioProtocol
import NIOCore

extension FuzzTarget {
  /// Bodies of requests for inference.
  ///
  /// The first two bytes are the length of the JSON, 0 for all of it.
  static let infer = FuzzTarget(
    "infer",
    "requests of the Open Inference Protocol, with and without binary tensors",
    limit: 2048,
    dictionary: [
      "\"inputs\"", "\"name\"", "\"shape\"", "\"datatype\"", "\"data\"", "\"FP32\"", "\"BYTES\"",
      "\"UINT8\"", "\"FP16\"", "\"INT64\"", "\"parameters\"", "\"binary_data_size\"", "\"outputs\"",
      "\"binary_data\"", "\"binary_data_output\"", "\"classification\"", "\"id\"", "\"timeout\"",
      "9223372036854775807", "-0.0", "1e-45", "3.4028236e38", "\\\\ud83d", "[[", "]]",
    ],
    seeds: { InferSeeds.all }
  ) { bytes, _ in
    let length = bytes.prefix(2).reduce(0) { $0 << 8 | Int($1) }
    let request = try InferRequestReader.read(
      ByteBuffer(bytes: bytes.dropFirst(2)),
      jsonLength: length == 0 ? nil : length
    )
    for input in request.inputs {
      let count = input.shape.count
      switch input.content {
      case .numbers(let numbers):
        try require(numbers.count == count, "'\(input.name)' has another number of elements")
        try require(numbers.allSatisfy(\.isFinite), "JSON gave a number that is not finite")
      case .strings(let strings):
        try require(strings.count == count, "'\(input.name)' has another number of strings")
      case .raw(let raw):
        guard input.type != .bytes else {
          _ = try? RawTensor.strings(raw, count: count, input.name)
          continue
        }
        if let floats = try? RawTensor.floats(raw, input.type, input.name) {
          try require(floats.count == count, "'\(input.name)' has another number of elements")
        }
      }
    }
  }
}

private enum InferSeeds {
  static var all: [[UInt8]] {
    let json = [
      #"{"id":"7","inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[[0.5,-1e3]]}]}"#,
      #"{"inputs":[{"name":"x","shape":[2],"datatype":"UINT8","data":[1,255]}],"#
        + #""outputs":[{"name":"y","parameters":{"binary_data":true,"classification":3}}]}"#,
      #"{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["aGk=\u00e9"]}],"#
        + #""parameters":{"binary_data_output":true,"timeout":9}}"#,
    ]
    return json.map { [0, 0] + Array($0.utf8) } + [
      binary("FP32", [2], [0, 0, 128, 63, 0, 0, 0, 64]), binary("FP16", [1, 2], [0, 60, 0, 64]),
      binary("BYTES", [1], [2, 0, 0, 0, 104, 105]), binary("INT64", [1], [1, 0, 0, 0, 0, 0, 0, 0]),
    ]
  }

  private static func binary(_ type: String, _ shape: [Int], _ tail: [UInt8]) -> [UInt8] {
    let head = #"{"inputs":[{"name":"x","shape":\#(shape),"datatype":"\#(type)","#
    let json = Array((head + #""parameters":{"binary_data_size":\#(tail.count)}}]}"#).utf8)
    return [UInt8(json.count >> 8), UInt8(json.count & 255)] + json + tail
  }
}
