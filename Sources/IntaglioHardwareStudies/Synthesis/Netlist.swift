import Foundation
import IntaglioHardware

/// A flat module of cells and the nets between them, as Yosys writes it.
public struct Netlist: Hashable, Sendable {
  public let name: String
  /// By name.
  public let ports: [Port]
  /// In an order that depends on the design alone.
  public let cells: [Cell]
  /// What was kept as a memory.
  public let memories: [MemoryMacro]

  init(name: String, ports: [Port], cells: [Cell], memories: [MemoryMacro]) {
    (self.name, self.ports) = (name, ports)
    (self.cells, self.memories) = (cells, memories)
  }

  public struct Port: Hashable, Sendable {
    public let name: String
    public let isInput: Bool
    /// The lowest bit first.
    public let bits: [Bit]
  }

  public struct Cell: Hashable, Sendable {
    /// The name of its type in the library.
    public let type: String
    /// Its pins by name, the lowest bit first.
    public let pins: [String: [Bit]]
  }

  /// What a pin is tied to.
  public enum Bit: Hashable, Sendable {
    case net(Int)
    /// `0`, `1`, or `x` where it does not matter.
    case constant(String)

    var net: Int? {
      switch self {
      case .net(let net): net
      case .constant: nil
      }
    }

    var isNet: Bool { net != nil }
  }

  /// How many cells of each type there are.
  public var cellCounts: [String: Int] {
    Dictionary(cells.map { ($0.type, 1) }, uniquingKeysWith: +)
  }

  /// The net of the clock that all blocks have; `nil` where nothing is clocked.
  var clockNet: Int? {
    ports.first { $0.name == ClockedPorts.clock.name }?.bits.first?.net
  }

  /// Every net that a port or a pin is tied to, in ascending order.
  public var nets: [Int] {
    let bits =
      ports.flatMap(\.bits) + cells.flatMap { $0.pins.values.joined() }
      + memories.flatMap { $0.pins.values.joined() }
    return Set(bits.compactMap(\.net)).sorted()
  }
}

extension Netlist {
  /// The same under another name.
  func named(_ name: String) -> Netlist {
    Netlist(name: name, ports: ports, cells: cells, memories: memories)
  }
}

extension Netlist {
  /// The module `top` of what `write_json` wrote.
  ///
  /// - Throws: `SynthesisError.netlist` when it is not there or not flat JSON of cells.
  public init(json: [UInt8], top: String) throws(SynthesisError) {
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: Data(json))
    } catch {
      throw .netlist(top, "\(error)")
    }
    guard let module = file.modules[top] else { throw .netlist(top, "there is no such module") }
    name = top
    ports = module.ports.sorted { $0.key < $1.key }.map { name, port in
      Port(name: name, isInput: port.direction == "input", bits: port.bits)
    }
    let sorted = module.cells.sorted { $0.key < $1.key }.map(\.value)
    cells = sorted.filter { $0.type != MemoryMacro.type }.map {
      Cell(type: $0.type, pins: $0.connections)
    }
    var memories: [MemoryMacro] = []
    for cell in sorted where cell.type == MemoryMacro.type {
      memories.append(
        try MemoryMacro(parameters: cell.parameters ?? [:], pins: cell.connections, of: top)
      )
    }
    self.memories = memories
  }

  private struct File: Decodable {
    let modules: [String: Module]

    struct Module: Decodable {
      let ports: [String: Port]
      let cells: [String: Cell]
    }
    struct Port: Decodable {
      let direction: String
      let bits: [Bit]
    }
    struct Cell: Decodable {
      let type: String
      let parameters: [String: String]?
      let connections: [String: [Bit]]
    }
  }
}

extension Netlist.Bit: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let net = try? container.decode(Int.self) {
      self = .net(net)
    } else {
      self = .constant(try container.decode(String.self))
    }
  }
}
