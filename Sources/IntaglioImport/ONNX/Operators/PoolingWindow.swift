/// The windows of a pooling operator along one axis.
struct PoolingWindow {
  let extent: Int
  let kernel: Int
  let stride: Int
  let dilation: Int
  let before: Int
  let after: Int
  /// How many windows there are.
  let count: Int

  /// The windows along every axis of `image`, `[batch, channels, …]`, after the first two.
  static func all(_ call: ONNXCall, image: [Int]) throws(ONNXFault) -> [PoolingWindow] {
    let (node, rank) = (call.node, image.count - 2)
    guard rank > 0, let kernel = try node.ints("kernel_shape"), kernel.count == rank else {
      throw node.malformed(expected: "kernel_shape for \(image)", found: "another")
    }
    let strides = try node.ints("strides") ?? kernel.map { _ in 1 }
    let dilations = try node.ints("dilations") ?? kernel.map { _ in 1 }
    let pads = try node.ints("pads") ?? (kernel + kernel).map { _ in 0 }
    let mode = try node.string("auto_pad") ?? "NOTSET"
    let limits = kernel + strides + dilations
    guard strides.count == rank, dilations.count == rank, pads.count == 2 * rank,
      limits.allSatisfy({ (1...1 << 16).contains($0) }),
      pads.allSatisfy({ (0...1 << 16).contains($0) }),
      ["", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(mode)
    else {
      throw node.malformed(expected: "strides, dilations and pads for \(image)", found: "others")
    }
    let roundsUp = try node.int("ceil_mode") ?? 0 != 0
    var result: [PoolingWindow] = []
    for axis in 0..<rank {
      let extent = image[2 + axis]
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      let step = strides[axis]
      var (before, after) = (pads[axis], pads[rank + axis])
      if mode == "VALID" { (before, after) = (0, 0) }
      if mode.hasPrefix("SAME") {
        let total = max(0, ((extent + step - 1) / step - 1) * step + reach - extent)
        before = mode == "SAME_UPPER" ? total / 2 : total - total / 2
        after = total - before
      }
      let room = extent + before + after - reach
      guard room >= 0, extent > 0 else {
        throw node.malformed(expected: "an image larger than the window", found: "\(image)")
      }
      var count = (roundsUp ? (room + step - 1) / step : room / step) + 1
      // The last window begins within the image or the padding in front of it.
      if roundsUp, (count - 1) * step >= extent + before { count -= 1 }
      result.append(
        PoolingWindow(
          extent: extent,
          kernel: kernel[axis],
          stride: step,
          dilation: dilations[axis],
          before: before,
          after: after,
          count: count
        )
      )
    }
    return result
  }

  /// Whether the windows are the parts of the axis side by side, from its beginning on.
  var isPartition: Bool {
    kernel == stride && dilation == 1 && before == 0 && count * kernel <= extent
  }

  /// Where element `tap` of window `index` stands, perhaps outside.
  func position(_ index: Int, _ tap: Int) -> Int { index * stride - before + tap * dilation }

  func holds(_ position: Int) -> Bool { (0..<extent).contains(position) }

  /// For each window the element `tap`, where it is outside another of the same window; `nil` where a window
  /// has none.
  func indices(_ tap: Int) -> [Int]? {
    var result: [Int] = []
    for index in 0..<count {
      let inside = (0..<kernel).map { position(index, $0) }.filter(holds)
      guard let first = inside.first, let last = inside.last else { return nil }
      result.append(min(max(position(index, tap), first), last))
    }
    return result
  }

  /// How many elements each window has, those of the padding included where `countsPadding`.
  func sizes(countsPadding: Bool) -> [Int] {
    let range = countsPadding ? -before..<extent + after : 0..<extent
    return (0..<count).map { index in
      (0..<kernel).count { range.contains(position(index, $0)) }
    }
  }
}
