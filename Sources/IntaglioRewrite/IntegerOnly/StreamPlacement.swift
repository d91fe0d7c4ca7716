public import IntaglioGraph

extension Graph {
  /// The same graph with every value that `formats` names rounded to its stream.
  ///
  ///     before   x ── y
  ///
  ///     after    x ─ quantize ─ dequantize ── y
  ///
  /// The one step that costs accuracy by choice; what follows it are laws. The error is at most half
  /// a unit where the stream does not saturate.
  ///
  /// - Throws: `GraphError` when a format has another number of channels than its value.
  public func placingStreams(_ formats: [Value: StreamFormat]) throws(GraphError) -> Graph {
    let names = streamNames(formats.keys)
    return try copied { copy, value, image throws(GraphError) in
      guard let format = formats[value] else { return image }
      let codes = try copy.append(.quantize(format.quantizer), image, name: names[value])
      return try copy.append(.dequantize(format.quantizer.inverse), codes)
    }
  }

  /// A stream has the name of the value that it carries, or of the norm that reads it.
  private func streamNames(_ values: some Sequence<Value>) -> [Value: String] {
    var result: [Value: String] = [:]
    for value in values { result[value] = name(of: value) }
    for value in live {
      guard self[value].operation.isNormalization, let name = name(of: value) else { continue }
      let base = withoutLayouts(self[value].operands[0])
      if result[base] == nil { result[base] = name + ".stream" }
    }
    return result
  }
}
