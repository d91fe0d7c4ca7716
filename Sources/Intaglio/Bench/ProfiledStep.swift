import IntaglioRuntime

/// One step of a program, what it does and how long it takes.
public struct ProfiledStep: Sendable {
  /// What takes the time, for sums and colours.
  public enum Kind: String, Sendable, CaseIterable, Codable {
    /// Multiplies matrices, whatever it does with the result.
    case product
    /// Softmax, with the multiplication that makes its scores where they are one step.
    case softmax
    case norm
    /// One element at a time: rounding, tables, streams, functions.
    case elements
    /// Moves elements.
    case layout
  }

  /// The node whose value the step leaves.
  public let name: String
  public let kind: Kind
  /// What the step does in order, such as `matmul + steps`.
  public let work: String
  /// The part of the model that the step belongs to, such as `blocks.3` or `head`.
  public let part: Part
  /// The name within that part.
  public let localName: String
  public let macs: Int
  /// Read and written, weights included.
  public let bytes: Int
  public let seconds: Double

  /// A part of a model: a numbered one, such as a block, or a single one.
  public struct Part: Sendable, Hashable {
    /// Such as `blocks` or `head`.
    public let name: String
    public let number: Int?

    public var title: String { number.map { "\(name).\($0)" } ?? name }
  }

  init(_ step: StepTime) {
    name = step.name
    work = step.passes.map(\.name).joined(separator: " + ")
    kind = Kind(passes: step.passes.map(\.name))
    (part, localName) = Part.split(step.name)
    (macs, bytes, seconds) = (step.macs, step.bytes, step.seconds)
  }
}

extension ProfiledStep.Kind {
  init(passes: [String]) {
    func has(_ word: String) -> Bool { passes.contains { $0.contains(word) } }
    self =
      has("softmax") || has("row ")
      ? .softmax
      : has("matmul")
        ? .product
        : has("norm")
          ? .norm
          : passes.allSatisfy { $0 == "copy" }
            ? .layout
            : .elements
  }
}

extension ProfiledStep.Part {
  /// What modules call the parts that they number.
  private static let numbered: Set<Substring> = [
    "blocks", "layers", "layer", "stages", "resblocks",
  ]

  /// A node's name taken apart: `blocks.3.attn.qkv` and `/blocks/blocks.3/attn/qkv/MatMul` belong to
  /// `blocks.3`, `reshape after head.act` to `head`.
  public static func split(_ name: String) -> (part: Self, rest: String) {
    let words = name.split(separator: " ")
    let path = words.last ?? ""
    let tokens = path.split { $0 == "." || $0 == "/" }
    let place = tokens.indices.dropLast().last { index in
      numbered.contains(tokens[index]) && Int(tokens[index + 1]) != nil
    }
    let part: Self
    let rest: [Substring]
    if let place {
      part = Self(name: String(tokens[place]), number: Int(tokens[place + 1]))
      rest = Array(tokens[(place + 2)...])
    } else {
      part = Self(name: tokens.first.map(String.init) ?? name, number: nil)
      rest = Array(tokens.dropFirst())
    }
    let local = words.dropLast() + (rest.isEmpty ? [] : [rest.joined(separator: ".")[...]])
    return (part, local.isEmpty ? String(path) : local.joined(separator: " "))
  }
}
