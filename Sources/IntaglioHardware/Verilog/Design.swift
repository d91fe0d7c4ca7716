extension Verilog {
  /// A module with all that it is made of: a folder of files.
  public struct Design: Sendable {
    public let top: Module
    /// Every module once, those inside before those around them.
    public let modules: [Module]
    public let images: [MemoryImage]

    /// - Throws: `DesignError` when two different modules or images have one name.
    public init(_ top: Module, images: [MemoryImage] = []) throws(DesignError) {
      var collected: [String: Module] = [:]
      var order: [Module] = []
      try Self.collect(top, &collected, &order)
      var names: Set<String> = []
      for image in images where !names.insert(image.name).inserted {
        throw .twoImages(image.name)
      }
      (self.top, self.modules, self.images) = (top, order, images)
    }

    private static func collect(
      _ module: Module,
      _ collected: inout [String: Module],
      _ order: inout [Module]
    ) throws(DesignError) {
      if let known = collected[module.name] {
        guard known == module else { throw .twoModules(module.name) }
        return
      }
      collected[module.name] = module
      for instance in module.instances { try collect(instance.module, &collected, &order) }
      order.append(module)
    }

    /// Every file by its name.
    public var files: [String: String] {
      let texts = modules.map { ("\($0.name).v", $0.text) } + images.map { ($0.name, $0.text) }
      return Dictionary(texts, uniquingKeysWith: { first, _ in first })
    }
  }

  /// Why modules do not make a design.
  public enum DesignError: Error, Hashable, Sendable, CustomStringConvertible {
    case twoModules(String)
    case twoImages(String)

    public var description: String {
      switch self {
      case .twoModules(let name): "two different modules are called '\(name)'"
      case .twoImages(let name): "two memory images are called '\(name)'"
      }
    }
  }
}
