import ArgumentParser

@main
struct Experiments: AsyncParsableCommand {
}
