public import IntaglioReport

/// Where the time of a program goes, step by step.
public struct Profile: Sendable {
  /// In the order of computation.
  public let steps: [ProfiledStep]

  /// The steps together; a call can take longer, as it also takes its input in and its result out.
  public var seconds: Double { steps.reduce(0) { $0 + $1.seconds } }

  /// The seconds of each kind, every kind once.
  public var kinds: [(kind: ProfiledStep.Kind, seconds: Double)] {
    ProfiledStep.Kind.allCases.map { kind in
      (kind, steps.reduce(0) { $0 + ($1.kind == kind ? $1.seconds : 0) })
    }
  }

  /// The time as frames: the model, its parts, their steps; in order, and all blocks together.
  ///
  /// - Parameters:
  ///   - title: what was measured.
  ///   - subtitle: on what.
  ///   - peak: the multiply-accumulates per second that would be possible.
  /// - Returns: an SVG file with a legend of the kinds and what each takes.
  public func chart(title: String, subtitle: String, peak: Double) -> FlameChart {
    let total = seconds
    return FlameChart(
      title: title,
      subtitle: subtitle,
      legend: kinds.map { kind, seconds in
        "\(kind.title) \(Format.percent(total > 0 ? seconds / total : 0, digits: 0))"
      },
      panels: [
        FlameChart.Panel("Every step, in order", inOrder(title, peak)),
        FlameChart.Panel("Equal steps of all blocks together", together(title, peak)),
      ]
    )
  }

  private func inOrder(_ title: String, _ peak: Double) -> FlameChart.Frame {
    let parts = steps.chunked { $0.part == $1.part }
    let frames = parts.map { steps in
      FlameChart.Frame(
        steps[0].part.title,
        children: steps.map { frame($0.localName, [$0], peak) }
      )
    }
    return FlameChart.Frame(title, children: frames)
  }

  private func together(_ title: String, _ peak: Double) -> FlameChart.Frame {
    var names: [String] = []
    let parts = Dictionary(grouping: steps, by: \.part.name)
    for step in steps where !names.contains(step.part.name) { names.append(step.part.name) }
    let frames = names.map { name in
      let steps = parts[name] ?? []
      let count = Set(steps.map(\.part)).count
      var locals: [String] = []
      let equal = Dictionary(grouping: steps, by: \.localName)
      for step in steps where !locals.contains(step.localName) { locals.append(step.localName) }
      return FlameChart.Frame(
        count > 1 ? "\(count) \(name)" : name,
        children: locals.map { frame($0, equal[$0] ?? [], peak) }
      )
    }
    return FlameChart.Frame(title, children: frames)
  }

  /// Equal steps as one frame.
  private func frame(
    _ label: String,
    _ steps: [ProfiledStep],
    _ peak: Double
  ) -> FlameChart.Frame {
    let seconds = steps.reduce(0) { $0 + $1.seconds }
    let macs = steps.reduce(0) { $0 + $1.macs }
    var details = [steps[0].work]
    if macs > 0, seconds > 0 {
      let rate = Double(macs) / seconds
      details.append(
        "\(Format.count(macs)) MACs, \(Format.significant(rate * 1e-9)) GMAC/s, "
          + "\(Format.percent(rate / peak, digits: 0)) of the peak"
      )
    }
    details.append("\(Format.bytes(steps.reduce(0) { $0 + $1.bytes })) read and written")
    return FlameChart.Frame(
      label,
      seconds: seconds,
      colour: ProfiledStep.Kind.allCases.firstIndex(of: steps[0].kind) ?? 0,
      details: details.joined(separator: "\n")
    )
  }
}

extension ProfiledStep.Kind {
  /// What it is called in reports.
  public var title: String {
    switch self {
    case .product: "matrix multiplication"
    case .softmax: "attention scores and softmax"
    case .norm: "normalization"
    case .elements: "element by element"
    case .layout: "copies"
    }
  }
}

extension Array {
  /// Runs of neighbours that belong together.
  fileprivate func chunked(by belong: (Element, Element) -> Bool) -> [[Element]] {
    reduce(into: []) { runs, element in
      if let last = runs.last?.last, belong(last, element) {
        runs[runs.count - 1].append(element)
      } else {
        runs.append([element])
      }
    }
  }
}
