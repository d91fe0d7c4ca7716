/// A model that is served under a name: the open file and its queue.
package struct ModelPool: Sendable {
  package let name: String
  package let model: any ServedModel
  package let queue: BatchQueue

  package init(
    name: String,
    model: any ServedModel,
    limits: BatchLimits,
    observer: (any BatchObserver)?
  ) {
    (self.name, self.model) = (name, model)
    queue = BatchQueue(model, name: name, limits: limits, observer: observer)
  }
}
