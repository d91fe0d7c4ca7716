extension ViewAccess {
  init(_ view: StridedView) {
    let nest = LoopNest(
      view.shape,
      [LoopNest.Operand(start: view.start, strides: view.strides)],
      keepsLastAxis: false
    )
    place = Place(region: view.region, cursor: nest.cursors[0])
    format = view.format
    count = view.count
    (rows, columns) = (nest.rows, nest.columns)
  }
}
