import Foundation
import Intaglio
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioRewrite
import Testing

@Suite("What a machine takes")
struct MachineCostTests {
  private static func cost(
    bits: Int,
    tile: Int,
    _ part: HardwarePart = .block(0)
  ) throws
    -> (cost: MachineCost, module: HardwareModule)
  {
    let program = try SmallProgram.architecture(bits: bits)
    let costs = try HardwareCosts(program, part: part, tiles: [tile])
    let options = MachineOptions(rowLanes: .automatic, drainLanes: .automatic)
    return (
      costs.costs[0], try HardwareModule(program, part: part, tile: tile, options: options)
    )
  }

  @Test("array and row-wise units are busy one step after the other", arguments: [4, 8])
  func cycles(tile: Int) throws {
    let (cost, module) = try Self.cost(bits: 3, tile: tile)
    let timing = module.machine.timing
    #expect(cost.cycles == timing.latency)
    func busy(_ isForRows: Bool) -> Int {
      cost.steps.filter { ($0.kind == .norm || $0.kind == .softmax) == isForRows }
        .reduce(0) { $0 + $1.cycles }
    }
    #expect(busy(true) < cost.cycles && busy(false) < cost.cycles)
    // Nobody is ever idle on both sides for longer than a tile takes to drain, once for each step.
    #expect(cost.cycles < busy(true) + busy(false) + cost.steps.count * (8 * tile + 60))
    for (step, interval) in zip(cost.steps, timing.steps) {
      #expect(step.cycles <= interval.end - interval.begin && interval.end <= timing.latency)
    }
  }

  @Test("no more is multiplied than the array can, and what is multiplied is the model's")
  func work() throws {
    let (cost, module) = try Self.cost(bits: 3, tile: 4)
    // 5 tokens, 64 channels, 4 times as many inside: qkv, proj, fc1, fc2, and two products of 1 head.
    let layers = 5 * 64 * (3 * 64 + 64 + 4 * 64 + 4 * 64)
    #expect(cost.multiplyAccumulates == layers + 2 * 5 * 5 * 64)
    #expect(cost.utilization > 0 && cost.utilization < 1)
    for step in cost.steps {
      #expect(step.multiplyAccumulates <= step.slices * cost.elements)
      if let used = StepCost.utilization([step], elements: cost.elements) { #expect(used <= 1) }
    }
    let constants = module.panels.constants.keys.reduce(0) {
      $0 + module.panels[$1].count * module.panels[$1].type.bits
    }
    #expect(cost.weightBits == constants && cost.weightWidth == 3)
    #expect(cost.inputBits == 5 * 64 * 16, "a stream of 16 bits")
    #expect(cost.offChipBytes > cost.streamBytes && cost.separateBytes > cost.streamBytes)
  }

  @Test("a head is what only it works on", arguments: [1, 3])
  func heads(count: Int) throws {
    let architecture = try ViTArchitecture(
      named: "vit-t",
      bits: 3,
      imageSize: 32,
      depth: 2,
      width: 64 * count
    )
    let program = try Program(
      architecture,
      ProgramOptions(nonlinear: .integer(IntegerOnlyOptions())),
      threads: 2
    )
    for part in [HardwarePart.attention(1), .block(0), .network] {
      let cost = try HardwareCosts(program, part: part, tiles: [8]).costs[0]
      let blocks = part == .network ? 2 : 1
      for head in 0..<count {
        let steps = cost.steps.filter { $0.head == head }
        #expect(steps.count { $0.kind == .softmax } == blocks, "\(part)")
        // Q·Kᵀ and P·V of every head of a block. The last block answers for the class token alone.
        let attends = steps.filter { $0.work == "product" }
        #expect(attends.count >= blocks, "\(part)")
      }
      #expect(cost.steps.allSatisfy { ($0.head ?? 0) < count }, "\(part)")
      let shared = cost.steps.filter { $0.head == nil }
      #expect(shared.contains { $0.work == "product, residual stream" }, "\(part)")
      #expect(!shared.contains { $0.kind == .softmax }, "\(part)")
      // One head has the norm before it to itself.
      if count > 1 { #expect(shared.contains { $0.kind == .norm }, "\(part)") }
    }
  }

  /// A row as the command prints it, with ten times the area.
  private func row(_ kind: UnitKind, _ picojoules: Int) throws -> PowerTable.Row {
    let text = """
      {"kind": "\(kind.rawValue)", "module": "m", "weightBits": 3, "activationBits": 3,
      "area": \(10 * picojoules), "cells": 1, "microwatts": \(100 * picojoules),
      "picojoules": \(picojoules), "memoryBits": 0, "glitchModel": "cell delays",
      "clockGating": "none", "clock": 1e8, "voltage": 1.8,
      "parts": {"switching": 1, "internal": 0, "clock": 0, "leakage": 0}, "library": "osu018",
      "wirePerSink": 0, "settling": 1, "operands": "fc1", "cycles": 2000}
      """
    return try JSONDecoder().decode(PowerTable.Row.self, from: Data(text.utf8))
  }

  @Test("energy is cycles times what a cycle of each unit takes")
  func energy() throws {
    let cost = try Self.cost(bits: 3, tile: 4).cost
    let table = PowerTable(
      processingElements: [try row(.outputStationary, 2)],
      edgeUnits: [try row(.thresholds, 3), try row(.multiplication, 5), try row(.layerNorm, 7)]
    )
    let element = try #require(UnitEnergies(table).elements.first)
    #expect(
      MachineEnergy(cost.steps, of: cost, element: element, units: UnitEnergies(table)) == nil,
      "a softmax without energy"
    )
    let whole = UnitEnergies(
      PowerTable(
        processingElements: table.processingElements,
        edgeUnits: table.edgeUnits + [try row(.softmax, 11)]
      )
    )
    let energy = try #require(
      MachineEnergy(cost.steps, of: cost, element: element, units: whole)
    )
    func cycles(_ kind: StepCost.Kind) -> Int {
      cost.steps.filter { $0.kind == kind }.reduce(0) { $0 + $1.cycles }
    }
    #expect(energy.products == Double(cost.steps.reduce(0) { $0 + $1.slices } * 16) * 2)
    #expect(energy.norms == Double(cycles(.norm) * cost.rowLanes) * 7)
    #expect(energy.softmax == Double(cycles(.softmax) * cost.rowLanes) * 11)
    #expect(energy.requantization > 0 && energy.total > energy.products + energy.norms)
    let area = try #require(MachineArea(cost, element: element, units: whole))
    #expect(area.products == 16 * 20)
    #expect(area.softmax == Double(cost.rowLanes * cost.softmaxUnits) * 110)
  }

  @Test("row thresholds count as softmax, quotients as requantization; none without a figure")
  func relative() throws {
    let program = try QuantizedMachineTests.program(bits: 3, without: [])
    let panels = try HardwareModule(program, part: .block(0), tile: 4).panels
    func machine(lanes: Int) throws -> MachineCost {
      let options = MachineOptions(rowLanes: .count(lanes), drainLanes: .count(lanes))
      return MachineCost(try TileMachine(panels, tile: 4, options: options))
    }
    let prices: [(kind: UnitKind, picojoules: Int)] = [
      (.thresholds, 3), (.multiplication, 5), (.quotient, 13), (.layerNorm, 7),
      (.rowThresholds, 17),
    ]
    let element = try row(.outputStationary, 2)
    func priced(without missing: UnitKind? = nil) throws -> UnitEnergies {
      let rows = try prices.filter { $0.kind != missing }.map { try row($0.kind, $0.picojoules) }
      return UnitEnergies(PowerTable(processingElements: [element], edgeUnits: rows))
    }
    let whole = try priced()
    let unit = try #require(whole.elements.first)
    for lanes in [1, 2, 4] {
      let cost = try machine(lanes: lanes)
      func sums(_ epilogue: StepCost.Epilogue) -> Int {
        cost.steps.filter { $0.epilogue == epilogue }
          .reduce(0) { $0 + $1.words * ((($1.lanes + 3) / 4) * 4) }
      }
      func cycles(_ kind: StepCost.Kind) -> Int {
        cost.steps.filter { $0.kind == kind }.reduce(0) { $0 + $1.cycles }
      }
      let energy = try #require(
        MachineEnergy(cost.steps, of: cost, element: unit, units: whole)
      )
      // A sum passes one unit once, however many columns share it.
      #expect(sums(.quotient) > 0 && cycles(.rowThresholds) > 0)
      #expect(
        energy.requantization
          == Double(3 * sums(.thresholds) + 5 * sums(.scaledSum) + 13 * sums(.quotient))
      )
      #expect(energy.softmax == Double(17 * cycles(.rowThresholds) * lanes))
      #expect(energy.norms == Double(7 * cycles(.norm) * lanes))
      let area = try #require(MachineArea(cost, element: unit, units: whole))
      #expect(cost.quotientUnits > 0 && cost.rowThresholdUnits > 0 && cost.softmaxUnits == 0)
      #expect(
        area.requantization
          == Double(10 * lanes * (3 + 5 * cost.streamUnits + 13 * cost.quotientUnits))
      )
      #expect(area.softmax == Double(10 * lanes * 17 * cost.rowThresholdUnits))
      for (kind, _) in prices {
        let units = try priced(without: kind)
        #expect(
          MachineEnergy(cost.steps, of: cost, element: unit, units: units) == nil,
          "\(kind)"
        )
        #expect(MachineArea(cost, element: unit, units: units) == nil, "\(kind)")
      }
    }
    let requantized = try [1, 4].map { lanes in
      let cost = try machine(lanes: lanes)
      return MachineEnergy(cost.steps, of: cost, element: unit, units: whole)?.requantization
    }
    #expect(requantized[0] == requantized[1])
  }
}
