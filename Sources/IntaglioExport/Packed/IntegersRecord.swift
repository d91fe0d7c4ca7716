/// Integers that stretch over a value: one, or many as a tensor of the narrowest type that holds
/// them.
enum IntegersRecord: Sendable {
  case one(Int)
  case tensor(shape: [Int], element: String, name: String)
}

extension IntegersRecord: Codable {
  private enum CodingKeys: String, CodingKey {
    case shape, element, tensor
  }

  init(from decoder: any Decoder) throws {
    if let value = try? decoder.singleValueContainer().decode(Int.self) {
      self = .one(value)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self = .tensor(
      shape: try container.decode([Int].self, forKey: .shape),
      element: try container.decode(String.self, forKey: .element),
      name: try container.decode(String.self, forKey: .tensor)
    )
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .one(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .tensor(let shape, let element, let name):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(shape, forKey: .shape)
      try container.encode(element, forKey: .element)
      try container.encode(name, forKey: .tensor)
    }
  }
}

/// Integers in a row: a few as they are, more as a tensor of the narrowest type that holds them.
enum RowRecord: Sendable {
  case numbers([Int])
  case tensor(element: String, name: String)
}

extension RowRecord: Codable {
  private enum CodingKeys: String, CodingKey {
    case element, tensor
  }

  init(from decoder: any Decoder) throws {
    if let numbers = try? decoder.singleValueContainer().decode([Int].self) {
      self = .numbers(numbers)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self = .tensor(
      element: try container.decode(String.self, forKey: .element),
      name: try container.decode(String.self, forKey: .tensor)
    )
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .numbers(let numbers):
      var container = encoder.singleValueContainer()
      try container.encode(numbers)
    case .tensor(let element, let name):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(element, forKey: .element)
      try container.encode(name, forKey: .tensor)
    }
  }
}
