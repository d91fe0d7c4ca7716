import Intaglio
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Where the elements of a value stand is said by a rule that gives every one of them")
struct ElementOrderTests {
  @Test(
    "of every stream of a small network",
    arguments: [HardwarePart.attention(0), .mlp(0), .block(0), .network]
  )
  func streams(_ part: HardwarePart) throws {
    let module = try HardwareModule(SmallProgram.architecture(bits: 3), part: part, tile: 4)
    #expect(module.inputs.map(\.beats).reduce(0, +) == module.machine.beatsIn)
    #expect(module.outputs.map(\.beats).reduce(0, +) == module.machine.beatsOut)
    for stream in module.inputs + module.outputs {
      let order = try #require(stream.order, "\(stream.value)")
      for word in 0..<stream.words {
        for lane in 0..<stream.lanes {
          let element = stream.elements[word * stream.lanes + lane]
          #expect(order.element(word: word, lane: lane) == element)
        }
      }
      #expect(stream.emptyLanes == (part == .network && stream.lanes == 5 ? [0] : []))
    }
  }

  @Test("the rule reads as Python does")
  func text() throws {
    let network = try HardwareModule(
      SmallProgram.architecture(bits: 3),
      part: .network,
      tile: 4
    )
    // Patches of 16 × 16 pixels of a picture of 32 × 32, behind the class token's lane.
    #expect(
      network.inputs.map { $0.order?.text } == [
        "(w % 16) + 32 * (w // 16 % 16) + 1024 * (w // 256) + 16 * ((l - 1) % 2) "
          + "+ 512 * ((l - 1) // 2)"
      ]
    )
    #expect(network.outputs.map { $0.order?.text } == ["w"])
  }

  @Test(
    "elements without a rule have none",
    arguments: [[0, 1, 2, 4], [0, 1, 3, 2], [0, -1, 2, 3]]
  )
  func none(elements: [Int]) throws {
    let known = try HardwareModule(SmallProgram.architecture(bits: 3), part: .mlp(0), tile: 4)
    let port = try #require(known.panels.inputs.first)
    let other = PanelProgram.Port(value: port.value, panel: port.panel, elements: elements)
    #expect(ElementOrder(other, lanes: 2) == nil)
    let plain = PanelProgram.Port(value: port.value, panel: port.panel, elements: [0, 1, 2, 3])
    #expect(ElementOrder(plain, lanes: 2)?.text == "2 * w + l")
  }
}
