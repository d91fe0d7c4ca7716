import IntaglioData

extension ModelConfiguration {
  /// Everything about the model but its arithmetic.
  ///
  /// - Parameters:
  ///   - name: what the configuration calls the model; `nil` for the file's own name.
  ///   - format: what it was read from.
  ///   - image: what the model sees; `nil` where it sees no image.
  ///   - classes: the number of logits; `nil` where nothing says which output holds them.
  ///   - architecture: supplies what the configuration leaves open.
  ///   - required: whether a missing mean or deviation is an error.
  ///   - isResampled: whether images have another size than the one that is stated.
  /// - Returns: the description, with a note for whatever was taken from a convention.
  /// - Throws: `ImportError` for settings that are missing or contradict the model.
  func description(
    name: String?,
    format: ModelFormat,
    image: ImageExtents?,
    classes: Int?,
    architecture: TimmArchitecture? = nil,
    required: Bool = true,
    isResampled: Bool = false
  ) throws(ImportError) -> ModelDescription {
    var preparation: ImagePreparation?
    let saysHow = states("mean", "image_mean", "std", "image_std", "do_normalize")
    if let image {
      try check(image, isResampled: isResampled)
      if required || saysHow { preparation = try ImagePreparation(self, image, architecture) }
    }
    var names = try classNames()
    var notes = preparation?.notes ?? []
    if names.isEmpty, classes == ImageNetClasses.names.count, image != nil {
      names = ImageNetClasses.names
      notes.append("class names of ImageNet-1k, because the file has none for its 1,000 classes")
    }
    let stated = try agreed(
      ["num_classes", "num_labels"],
      inSections: false,
      expected: "a whole number",
      \.asInteger
    )
    if let stated, let classes, stated != classes {
      throw .malformed(
        file: place,
        place: "num_classes",
        expected: "\(classes), the number of the model's logits",
        found: "\(stated)"
      )
    }
    if let classes, !names.isEmpty, names.count != classes {
      throw .malformed(
        file: place,
        place: "class names",
        expected: "\(classes), one per logit",
        found: "\(names.count)"
      )
    }
    return ModelDescription(
      name: name ?? stem,
      source: format.rawValue,
      preprocessing: preparation?.preprocessing,
      classNames: names,
      notes: notes
    )
  }
}

extension ModelConfiguration {
  /// The names of the classes in the order of the logits; empty where nothing tells them.
  private func classNames() throws(ImportError) -> [String] {
    let keys = ["class_names", "classes", "label_names", "id2label"]
    let names = try agreed(
      keys,
      expected: "a list of names",
      advice: \.adviceAboutNames,
      \.asStrings
    )
    let numbered = try agreed(
      ["label2id"],
      expected: "names with numbers from 0 on",
      advice: \.adviceAboutNames,
      \.asKeys
    )
    if let names, let numbered, names != numbered {
      throw .malformed(
        file: place,
        place: "label2id",
        expected: "the same names as in the list of names",
        found: "others"
      )
    }
    let found = names ?? numbered ?? []
    // Hugging Face's placeholders name nothing.
    return found == found.indices.map { "LABEL_\($0)" } ? [] : found
  }

  /// Compares the dimensions of images that are stated with those of the model.
  private func check(_ image: ImageExtents, isResampled: Bool) throws(ImportError) {
    func compare(_ key: String, _ stated: [Int]?, _ found: [Int]) throws(ImportError) {
      guard let stated, stated != found else { return }
      throw .malformed(
        file: self.place(of: key),
        place: key,
        expected: "\(found), as in the model",
        found: "\(stated)"
      )
    }
    if !isResampled { try compare("image_size", try sides(), image.size) }
    let channels = try agreed(["in_chans", "num_channels"], expected: "a number", \.asInteger)
    try compare("num_channels", channels.map { [$0] }, [image.channels])
    if try extents("test_input_size") != image.extents {
      try compare("input_size", try extents("input_size"), image.extents)
    }
  }
}

extension JSONValue {
  /// What may be wrong with names of classes, as a list, by number or with their numbers.
  fileprivate var adviceAboutNames: String? {
    switch self {
    case .number: return "how many classes there are is \"num_classes\""
    case .array(let elements):
      let isNumbered = elements.contains { if case .number = $0 { true } else { false } }
      return isNumbered ? "write numbers that are names in quotes: [\"0\", …]" : nil
    case .object(let members):
      let keys = members.keys.compactMap { Int($0) }
      let values = members.values.compactMap(\.asInteger)
      let isByNumber = keys.count == members.count
      let numbers = isByNumber ? keys : values
      guard numbers.count == members.count else {
        return "expected a number for every name and a name for every number"
      }
      if numbers.min() == 1, Set(numbers).count == numbers.count {
        return "the numbers begin at 1, but the first class is 0"
      }
      if isByNumber, !values.isEmpty { return "write numbers that are names in quotes" }
      let missing = (0..<numbers.count).first { !numbers.contains($0) }
      return missing.map { "no class has the number \($0)" }
    case .null, .bool, .string: return nil
    }
  }
}
