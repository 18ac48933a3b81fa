/// The whole command line, `experiments`: parses the process's arguments, does what they ask, and ends
/// the process with the exit code.
public func runExperiments() -> Never {
  ExperimentsCommand.main()
  fatalError("the command line has ended the process")
}
