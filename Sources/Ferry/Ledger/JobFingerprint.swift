/// Tells one job from another: the request, and which database it reads. Not the host's name, which may be another one for
/// the same database tomorrow.
struct JobFingerprint {
    let request: CopyRequest

    /// - Returns: 32 hexadecimal digits.
    func read(_ source: borrowing Session) throws(FerryError) -> String {
        let server = try CatalogReader().readServer(source)
        return PlanCoding.hash(
            "\(PlanCoding.encode(request)) \(server.systemIdentifier ?? "unknown") \(server.database)")
    }
}
