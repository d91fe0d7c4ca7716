/// The dictionary of tensors among the values of a checkpoint: the outermost one, or one under a name that
/// trainings give it.
struct StateDictionary {
  private let heap: PickleHeap
  private let root: PickleValue
  private let file: String

  /// Where trainings put a model's tensors, the averaged ones first.
  static let sections = [
    "model_ema", "state_dict_ema", "ema", "state_dict", "model_state_dict", "model_state", "model",
    "network", "net", "module", "teacher", "student",
  ]

  init(_ heap: PickleHeap, _ root: PickleValue, file: String) {
    (self.heap, self.root, self.file) = (heap, root, file)
  }

  /// The tensors by name, and the sections in which they stand.
  ///
  /// - Throws: `DataError.unsupported` where there is no dictionary of tensors.
  func find() throws(DataError) -> (section: String?, members: [(name: String, tensor: Int)]) {
    var (value, path) = (root, [String]())
    // A section within a section is enough for every training; a cycle would be longer.
    for _ in 0..<3 {
      guard case .dictionary(let index) = value else { break }
      let members = heap.dictionaries[index]
      let tensors = members.compactMap { key, value -> (name: String, tensor: Int)? in
        guard case .text(let name) = key, case .tensor(let tensor) = value else { return nil }
        return (name, tensor)
      }
      let found = Self.sections.lazy.compactMap { section -> (String, PickleValue)? in
        guard let member = members.last(where: { $0.key == .text(section) }),
          case .dictionary = member.value
        else { return nil }
        return (section, member.value)
      }.first
      // Beside a section there may be tensors that count or measure.
      if let (section, next) = found {
        path.append(section)
        value = next
      } else if !tensors.isEmpty {
        return (path.isEmpty ? nil : path.joined(separator: "."), tensors)
      } else {
        break
      }
    }
    throw .unsupported(
      file: file,
      what: "a checkpoint without a dictionary of tensors",
      expected: "one at the top, or under \(Self.sections.joined(separator: ", "))",
      found: keys()
    )
  }

  private func keys() -> String {
    guard case .dictionary(let index) = root else { return "no dictionary" }
    let names = heap.dictionaries[index].compactMap { member -> String? in
      if case .text(let name) = member.key { String(name.prefix(40)) } else { nil }
    }
    return names.isEmpty ? "an empty dictionary" : names.prefix(6).joined(separator: ", ")
  }
}
