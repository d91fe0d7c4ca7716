// What digits add to a schedule.

extension TileSchedule {
  /// Whether operands of any product are taken digit by digit.
  public var hasDigits: Bool { shifts.count > 1 }

  /// Whether digits are picked where operands enter the array, and not of weights alone, which lie apart in memory.
  var picksDigits: Bool { parts.count > 1 }

  /// Tiles as the machine counts them: with the last digit.
  var wholeTiles: Int { tiles.count { $0.pass.isLast } }

  /// Every element once, `first` first.
  static func distinct<Element: Hashable>(_ elements: [Element], first: Element) -> [Element] {
    var (found, order) = (Set([first]), [first])
    for element in elements where found.insert(element).inserted { order.append(element) }
    return order
  }
}

extension ProductTile {
  /// Words of sums that go through the units.
  var leavingWords: Int { pass.isLast ? words : 0 }
}
