import Postgres
import RigSupport
import Testing

/// The protection of sessions with a server that has TLS, and a certificate of an authority of its own.
@Suite struct EncryptionTests {
    @Test(arguments: [
        ("disable", false, Encryption.none), ("prefer", true, .unverified), ("require", false, .unverified),
        ("require", true, .verified), ("verify-ca", true, .verified), ("verify-full", true, .verified),
    ])
    func `a certificate is verified where the settings say so, and where require finds an authority`(
        mode: String, hasAuthority: Bool, encryption: Encryption
    ) throws {
        var parameters = try ConnectionParameters(parsing: try Rig.variable("VECFERRY_RIG_TLS"))
        parameters["sslmode"] = mode
        // Without the setting, libpq takes the file of the user who runs the tests.
        parameters["sslrootcert"] = hasAuthority ? try Rig.variable("VECFERRY_RIG_TLS_CA") : "/nowhere"
        let session = try Connection(parameters, applicationName: "vecferry-test", interrupt: Interrupt())
        #expect(session.encryption == encryption)
    }
}
