import IntaglioGraph

/// A value that an observer will see.
struct ObservedValue {
  let value: Value
  let view: StridedView
}

extension ObservedAccess {
  init(_ observed: ObservedValue, _ graph: Graph) {
    value = observed.value
    type = graph.type(of: observed.value)
    access = ViewAccess(observed.view)
  }
}

extension Planner {
  /// Where the samples go in: the one input that an output depends on.
  mutating func inputPort() throws(PlanError) -> Plan.Port {
    guard !graph.outputs.isEmpty else { throw .noOutputs }
    let inputs = graph.live.filter { value in
      if case .input = graph[value].operation { true } else { false }
    }
    guard inputs.count == 1, case .input(let name, let type) = graph[inputs[0]].operation else {
      throw .inputs(inputs.map { graph.label(of: $0) })
    }
    let view = try view(of: inputs[0])
    touch(view.region, at: 0)
    return port(name, type, view)
  }

  mutating func outputPorts() throws(PlanError) -> [Plan.Port] {
    var views: [StridedView] = []
    for output in graph.outputs {
      let view = try view(of: output.value)
      // What goes out lies there element by element: no port shows one without end (`PlanWalk`).
      views.append(view.repeats ? dense(view) : view)
    }
    // Every output is there at the end, whichever step came last.
    for view in views { touch(view.region, at: max(steps.count - 1, 0)) }
    return zip(graph.outputs, views).map { output, view in
      port(output.name, graph.type(of: output.value), view)
    }
  }

  /// How many samples one pass takes.
  ///
  /// Samples lie along the first axis where input and outputs agree on its extent; otherwise a pass
  /// takes one.
  var batch: Int {
    let ports = graph.inputs + graph.outputs.map(\.value)
    let extents = Set(ports.map { graph.type(of: $0).shape.first ?? 1 })
    return extents.count == 1 ? max(extents.first ?? 1, 1) : 1
  }

  private func port(_ name: String, _ type: ValueType, _ view: StridedView) -> Plan.Port {
    Plan.Port(
      name: name,
      type: type,
      access: ViewAccess(view),
      sampleSize: type.count / batch
    )
  }
}
