import FoundationEssentials
import IntaglioData
import SwiftProtobuf

/// What is known of a model beside its arithmetic, by the keys that importers look for.
struct QDQMetadata {
  private(set) var entries: [ONNXEntryProto] = []

  init(_ description: ModelDescription) {
    add("name", description.name)
    if !description.classNames.isEmpty, let text = Self.json(description.classNames) {
      add("class_names", text)
    }
    if let preprocessing = description.preprocessing { add(preprocessing) }
  }

  private mutating func add(_ key: String, _ value: String) {
    entries.append(
      .with { entry in
        entry.key = key
        entry.value = value
      }
    )
  }

  /// By the keys of Hugging Face's image processors, which tell each step by itself.
  private mutating func add(_ preprocessing: Preprocessing) {
    // As doubles, which hold every digit of a float.
    add("mean", "\(preprocessing.mean.map(Double.init))")
    add("std", "\(preprocessing.std.map(Double.init))")
    add("num_channels", "\(preprocessing.channels)")
    add("interpolation", preprocessing.interpolation.rawValue)
    switch preprocessing.resize {
    case .none: add("do_resize", "false")
    case .shorterSide(let length):
      add("do_resize", "true")
      add("size", "{\"shortest_edge\": \(length)}")
    case .exact(let size):
      add("do_resize", "true")
      add("size", Self.text(size))
    }
    add("do_center_crop", preprocessing.crop == nil ? "false" : "true")
    if let crop = preprocessing.crop { add("crop_size", Self.text(crop)) }
  }

  private static func text(_ size: Preprocessing.Size) -> String {
    "{\"height\": \(size.height), \"width\": \(size.width)}"
  }

  private static func json(_ names: [String]) -> String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return (try? encoder.encode(names)).map { String(decoding: $0, as: UTF8.self) }
  }
}
