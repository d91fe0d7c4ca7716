/// All dimensions of one convolution, and where each element of its column matrix comes from.
package struct ConvolutionGeometry: Sendable {
  package let convolution: Convolution
  package let batch: Int
  package let channelsPerGroup: Int
  package let outputsPerGroup: Int
  package let image: (height: Int, width: Int)
  package let window: (height: Int, width: Int)
  package let result: (height: Int, width: Int)

  /// For `input` `[b, c, h, w]`, `weight` `[o, c / groups, kh, kw]` and `output` `[b, o, h′, w′]`,
  /// as the graph has typed them.
  package init(_ convolution: Convolution, input: [Int], weight: [Int], output: [Int]) {
    self.convolution = convolution
    self.batch = input[0]
    self.channelsPerGroup = weight[1]
    self.outputsPerGroup = weight[0] / convolution.groups
    self.image = (input[2], input[3])
    self.window = (weight[2], weight[3])
    self.result = (output[2], output[3])
  }

  package var groups: Int { convolution.groups }
  /// The length of one dot product: c / groups · kh · kw.
  package var depth: Int { channelsPerGroup * window.height * window.width }
  /// The number of windows: h′ · w′.
  package var positions: Int { result.height * result.width }
  /// The elements of one group of one image.
  package var groupCount: Int { channelsPerGroup * image.height * image.width }

  /// For every element of the column matrix `[depth, positions]` of one group, where it stands in
  /// the group's `[c / groups, h, w]`; −1 in the padding.
  package var columnSources: [Int32] {
    var sources: [Int32] = []
    sources.reserveCapacity(depth * positions)
    for channel in 0..<channelsPerGroup {
      for y in 0..<window.height {
        for x in 0..<window.width { appendSources(channel, y, x, to: &sources) }
      }
    }
    return sources
  }

  private func appendSources(_ channel: Int, _ y: Int, _ x: Int, to sources: inout [Int32]) {
    let top = y * convolution.dilations[0] - convolution.padding[0]
    let left = x * convolution.dilations[1] - convolution.padding[1]
    for i in 0..<result.height {
      let row = top + i * convolution.strides[0]
      let inside = (0..<image.height).contains(row)
      let start = (channel * image.height + row) * image.width
      for j in 0..<result.width {
        let column = left + j * convolution.strides[1]
        let hit = inside && (0..<image.width).contains(column)
        sources.append(hit ? Int32(start + column) : -1)
      }
    }
  }

  /// The column matrices of every image and group, `padding` outside the image.
  package func columns<Element>(of x: [Element], padding: Element) -> [Element] {
    let sources = columnSources
    var result: [Element] = []
    result.reserveCapacity(batch * groups * sources.count)
    for start in stride(from: 0, to: batch * groups * groupCount, by: max(1, groupCount)) {
      for source in sources { result.append(source < 0 ? padding : x[start + Int(source)]) }
    }
    return result
  }
}
