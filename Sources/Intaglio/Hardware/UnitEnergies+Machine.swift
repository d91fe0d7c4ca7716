public import IntaglioHardware

extension UnitEnergies {
  /// The element for `cost`: of those measured for weights of its width, the nearest in its other
  /// operand; `nil` without any.
  public func element(for cost: MachineCost) -> Unit? {
    elements.filter { $0.weightBits == cost.weightWidth }.min {
      func distance(_ unit: Unit) -> Int {
        abs((unit.activationBits ?? 0) - cost.columnOperand.bits)
      }
      return distance($0) < distance($1)
    }
  }

  /// What `steps` of `cost` take; `nil` where no element was measured for them, or a unit that works was not.
  public func energy(of steps: [StepCost], _ cost: MachineCost) -> MachineEnergy? {
    element(for: cost).flatMap { MachineEnergy(steps, of: cost, element: $0, units: self) }
  }

  /// What its units take; `nil` where no element was measured for it, or it has a unit that nobody measured.
  public func area(of cost: MachineCost) -> MachineArea? {
    element(for: cost).flatMap { MachineArea(cost, element: $0, units: self) }
  }
}
