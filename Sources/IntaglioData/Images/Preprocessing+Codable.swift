extension Preprocessing: Codable {
  private enum Key: String, CodingKey {
    case channels, resize, crop, interpolation, mean, std
  }

  private enum ResizeKey: String, CodingKey {
    case shorterSide, width, height
  }

  /// - Throws: `DecodingError`, or `DataError.invalid` for values that do not fit.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    try self.init(
      channels: container.decode(Int.self, forKey: .channels),
      resize: Self.resize(in: container),
      crop: container.decodeIfPresent(Size.self, forKey: .crop),
      interpolation: container.decodeIfPresent(Interpolation.self, forKey: .interpolation)
        ?? .bicubic,
      mean: container.decode([Float].self, forKey: .mean),
      std: container.decode([Float].self, forKey: .std)
    )
  }

  private static func resize(in container: KeyedDecodingContainer<Key>) throws -> Resize {
    guard container.contains(.resize) else { return .none }
    let nested = try container.nestedContainer(keyedBy: ResizeKey.self, forKey: .resize)
    if let length = try nested.decodeIfPresent(Int.self, forKey: .shorterSide) {
      return .shorterSide(length)
    }
    let width = try nested.decode(Int.self, forKey: .width)
    return .exact(Size(width: width, height: try nested.decode(Int.self, forKey: .height)))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(channels, forKey: .channels)
    switch resize {
    case .none: break
    case .shorterSide(let length):
      var nested = container.nestedContainer(keyedBy: ResizeKey.self, forKey: .resize)
      try nested.encode(length, forKey: .shorterSide)
    case .exact(let size):
      try container.encode(size, forKey: .resize)
    }
    try container.encodeIfPresent(crop, forKey: .crop)
    try container.encode(interpolation, forKey: .interpolation)
    try container.encode(mean, forKey: .mean)
    try container.encode(std, forKey: .std)
  }
}
