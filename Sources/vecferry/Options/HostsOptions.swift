import ArgumentParser
import Ferry

/// Whether workers on other hosts may help a copy.
struct HostsOptions: ParsableArguments {
    @Flag(help: "Let vecferry worker, on any number of other hosts, copy chunks too.")
    var workers = false

    @Option(
        help: ArgumentHelp(
            "Seconds after a worker's last sign of life until others copy its chunks. (default: 15)",
            valueName: "seconds"))
    var lease: Int?

    /// Refuses a lease out of range, or one that nobody takes.
    func validate() throws {
        guard let lease else { return }
        try Limits.check(lease, in: 2...3600, "--lease")
        if !workers { throw ValidationError("--lease has no effect without --workers.") }
    }

    /// The engine's options; nil where no worker may help.
    var request: HostsRequest? {
        guard workers else { return nil }
        return lease.map { HostsRequest(lease: .seconds($0)) } ?? HostsRequest()
    }
}
