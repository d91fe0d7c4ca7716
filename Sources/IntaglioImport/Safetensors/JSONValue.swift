import FoundationEssentials
import IntaglioData

/// Any JSON value, for files whose keys vary from author to author.
enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// The value of `bytes`.
  ///
  /// - Throws: `ImportError` when they are no JSON, or an object has a key twice.
  init(parsing bytes: [UInt8], file: String) throws(ImportError) {
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
      throw .malformed(file: file, place: nil, expected: "a JSON object", found: "no valid JSON")
    }
    try ImportError.reading { () throws(DataError) in
      try JSONKeys.requireDistinct(bytes, file: file)
    }
    self = value
  }

  /// The member called `key`; `nil` for anything but an object that has it.
  subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }
}

extension JSONValue: Decodable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }
}

// The readings that a setting may ask for. A string of metadata may hold a number or a truth value.

extension JSONValue {
  var asInteger: Int? {
    switch self {
    case .number(let value): Int(exactly: value)
    case .string(let text): Int(text)
    case .null, .bool, .array, .object: nil
    }
  }

  var asNumber: Double? {
    switch self {
    case .number(let value): value
    case .string(let text): Double(text)
    case .null, .bool, .array, .object: nil
    }
  }

  var asBool: Bool? {
    switch self {
    case .bool(let value): value
    case .number(let value): value == 0 ? false : value == 1 ? true : nil
    case .string(let text): ["true": true, "True": true, "false": false, "False": false][text]
    case .null, .array, .object: nil
    }
  }

  var asString: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// A list of numbers; one number counts as a list of one.
  var asNumbers: [Double]? {
    if let number = asNumber { return [number] }
    guard let elements = asArray else { return nil }
    let numbers = elements.compactMap(\.asNumber)
    return numbers.count == elements.count ? numbers : nil
  }

  /// A list of strings; an object with the keys 0, 1, 2, … counts as one.
  var asStrings: [String]? {
    var elements = asArray ?? []
    if case .object(let members) = self {
      elements = (0..<members.count).compactMap { members[String($0)] }
      guard elements.count == members.count else { return nil }
    } else if asArray == nil {
      return nil
    }
    let strings = elements.compactMap(\.asString)
    return strings.count == elements.count ? strings : nil
  }

  /// The keys of an object whose values are 0, 1, 2, …, in their order.
  var asKeys: [String]? {
    guard case .object(let members) = self else { return nil }
    let numbers = members.compactMapValues(\.asInteger)
    let names = numbers.sorted { $0.value < $1.value }
    guard names.count == members.count, names.map(\.value) == Array(0..<names.count) else {
      return nil
    }
    return names.map(\.key)
  }

  /// The members of an object.
  var asMembers: [String: JSONValue]? {
    switch self {
    case .object(let members): members
    case .string(let text):
      // Metadata holds strings alone, so an object stands there as its JSON.
      text.hasPrefix("{") ? (try? JSONValue(parsing: Array(text.utf8), file: ""))?.asMembers : nil
    case .null, .bool, .number, .array: nil
    }
  }

  private var asArray: [JSONValue]? {
    switch self {
    case .array(let elements): elements
    case .string(let text):
      // Metadata holds strings alone, so a list stands there as its JSON.
      text.hasPrefix("[") ? (try? JSONValue(parsing: Array(text.utf8), file: ""))?.asArray : nil
    case .null, .bool, .number, .object: nil
    }
  }
}
