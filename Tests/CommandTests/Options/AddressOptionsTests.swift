import ArgumentParser
import Ferry
import Postgres
import Testing

@testable import vecferry

@Suite struct AddressOptionsTests {
    @Test func `a file has settings of libpq, and where the password comes from`() throws {
        let file = try AddressFile(
            text: """
                # Written by scripts/aws/restore
                host=db.example.com
                  dbname = 'my db'\r
                user=postgres

                secret=arn:aws:secretsmanager:eu-west-1:1:secret:x:AWSPREVIOUS
                """, name: "The file")
        let parameters = try ConnectionParameters(parsing: file.address)
        #expect(
            parameters["host"] == "db.example.com" && parameters["dbname"] == "my db"
                && parameters["user"] == "postgres")
        #expect(
            file.credentials
                == .secret(.stored(id: "arn:aws:secretsmanager:eu-west-1:1:secret:x", stage: .previous)))
        #expect(
            try AddressFile(text: "password_command=pass show a | head -1\nhost=h", name: "").credentials
                == .command("pass show a | head -1"))
        #expect(try AddressFile(text: "iam = on\nhost=h", name: "").credentials == .token)
        #expect(try AddressFile(text: "iam=off\npostgresql://h/d", name: "").address == "postgresql://h/d")
        #expect(try AddressFile(text: "iam=off", name: "").credentials == nil)
    }

    @Test(arguments: [
        ("host=h password=hunter2", "holds a password"), ("postgresql://u:hunter2@h/d", "holds a password"),
        ("secret=a\niam=on", "two places"), ("iam=maybe", "iam that is not"), ("secret=", "is empty"),
    ])
    func `a file with a password, or with two places of it, is refused`(text: String, message: String) {
        let error = #expect(throws: ValidationError.self) { try AddressFile(text: text, name: "The file") }
        #expect(error?.message.contains(message) == true && error?.message.contains("hunter2") == false)
    }

    private func complaint(_ options: AddressOptions) -> String {
        do {
            _ = try options.endpoint(PatienceOptions.parse([]), Interrupt())
            return "accepted"
        } catch { return (error as? ValidationError)?.message ?? "\(error)" }
    }

    @Test func `a side needs an address, or a secret that has one`() {
        #expect(complaint(AddressOptions(side: .source)).hasPrefix("No source given."))
        #expect(complaint(AddressOptions(side: .source, command: "true")).hasPrefix("No source given."))
        #expect(complaint(AddressOptions(side: .target, usesToken: true)).hasPrefix("No target given."))
        #expect(complaint(AddressOptions(side: .target, secret: "name")) == "accepted")
        #expect(complaint(AddressOptions(side: .target, address: "host=h", secret: "name")) == "accepted")
        #expect(complaint(AddressOptions(side: .target, secret: "")).contains("--target-secret is empty"))
    }

    @Test func `a password comes from one place`() {
        let three = AddressOptions(side: .target, address: "host=h", secret: "s", usesToken: true, command: "c")
        #expect(
            complaint(three).hasPrefix(
                "--target-secret and --target-iam and --target-password-command exclude each other"))
        for options in [
            AddressOptions(side: .target, address: "host=h password=hunter2", secret: "s"),
            AddressOptions(side: .target, address: "postgresql://u:hunter2@h/d", usesToken: true),
        ] {
            #expect(
                complaint(options).hasPrefix("--target holds a password") && !complaint(options).contains("hunter2"))
        }
        #expect(
            complaint(AddressOptions(side: .source, address: "@/no/such/file")).contains("can't be read: No such file"))
    }
}
