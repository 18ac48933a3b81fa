/// Is told how a training goes on: a terminal's progress line, a log, nothing at all.
package protocol TrainingObserver: AnyObject {
  /// Something that takes a while and has no epochs has begun.
  func activity(_ text: String)

  /// An epoch of a model is done; the score by which its training is judged comes with the metric's
  /// name.
  func epoch(
    model: String, epoch: Int, of count: Int, losses: [(String, Double)],
    validation: (metric: String, score: Double)?,
    secondsPerEpoch: Double, modelsInTurn: Int)
}
