import Dispatch

/// The median time of `runs` calls after `warmup` uncounted ones, in milliseconds.
func milliseconds(runs: Int = 7, warmup: Int = 2, _ body: () -> Void) -> Double {
  for _ in 0..<warmup { body() }
  let times = (0..<runs).map { _ -> Double in
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
  }
  return times.sorted()[runs / 2]
}
