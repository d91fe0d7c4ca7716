/// What is done to an image before a model sees it: channels, resize, centre crop, normalization.
///
/// Equal to PIL and torchvision's `Resize`, `CenterCrop`, `ToTensor`, `Normalize` in this order. As
/// JSON: `{"channels": 3, "resize": {"shorterSide": 248}, "crop": {"width": 224, "height": 224},
/// "interpolation": "bicubic", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}`, where `resize`
/// (or instead `{"width": …, "height": …}`) and `crop` may be absent.
public struct Preprocessing: Sendable, Equatable {
  /// An extent in pixels.
  public struct Size: Sendable, Equatable, Codable {
    public let width: Int
    public let height: Int

    public init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  /// Which size an image is brought to before the crop.
  public enum Resize: Sendable, Equatable {
    /// The image keeps its size.
    case none
    /// The shorter side becomes this long; the longer one ⌊length · longer / shorter⌋.
    case shorterSide(Int)
    /// The image is stretched to this size.
    case exact(Size)
  }

  /// 1 (grey) or 3 (RGB); images are converted first.
  public let channels: Int
  public let resize: Resize
  public let crop: Size?
  public let interpolation: Interpolation
  /// One per channel, in units of 1, where white is 1.
  public let mean: [Float]
  /// One per channel, in units of 1, where white is 1.
  public let std: [Float]

  /// - Throws: `DataError.invalid` for channels other than 1 or 3, a size that an image may not
  ///   have, or means and deviations that are not one finite number per channel, deviations
  ///   above zero.
  public init(
    channels: Int = 3,
    resize: Resize = .none,
    crop: Size? = nil,
    interpolation: Interpolation = .bicubic,
    mean: [Float],
    std: [Float]
  ) throws(DataError) {
    guard channels == 1 || channels == 3 else {
      throw .invalid(what: "preprocessing channels", expected: "1 or 3", found: "\(channels)")
    }
    try check(resize)
    if let crop { try check(crop, of: "crop") }
    guard mean.count == channels, mean.allSatisfy(\.isFinite) else {
      let expected = "one finite number for each of \(channels) channels"
      throw .invalid(what: "preprocessing mean", expected: expected, found: "\(mean)")
    }
    guard std.count == channels, std.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      let expected = "one number above zero for each of \(channels) channels"
      throw .invalid(what: "preprocessing std", expected: expected, found: "\(std)")
    }
    self.channels = channels
    self.resize = resize
    self.crop = crop
    self.interpolation = interpolation
    self.mean = mean
    self.std = std
  }
}

private func check(_ resize: Preprocessing.Resize) throws(DataError) {
  switch resize {
  case .none: break
  case .exact(let size): try check(size, of: "resize")
  case .shorterSide(let length):
    try check(Preprocessing.Size(width: length, height: length), of: "resize")
  }
}

private func check(_ size: Preprocessing.Size, of what: String) throws(DataError) {
  guard let reason = Image.objection(width: size.width, height: size.height) else { return }
  let found = "\(size.width)×\(size.height)"
  throw .invalid(what: "preprocessing \(what)", expected: reason, found: found)
}
