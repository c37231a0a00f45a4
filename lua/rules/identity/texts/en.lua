local english = require "whytls.english"
local refused  = "the profile does not install (unverified)"
local again    = "Run `whytls explain` on the new file. It then says that iOS installs it."
local how      = "`openssl pkcs12 -export -inkey key.pem -in cert.pem -certfile chain.pem -out new.p12`"
local settings = "Settings → General → About → Certificate Trust Settings"
local protected = {
    ["identity.state"] = "the password opens the file",
    ["identity.crypto"] = "what protects the file is {identity.crypto}",
    ["identity.key_cipher"] = "its key is encrypted by {identity.key_cipher}",
    ["identity.certs_cipher"] = "its certificates are encrypted by {identity.certs_cipher}",
}
local checked = {
    ["identity.email"] = "the account's address is {identity.email}",
    ["identity.leaf.not_after"] = "it ended {identity.leaf.not_after|ago} ago",
    ["identity.leaf.not_before"] = "it starts on {identity.leaf.not_before}",
    ["identity.leaf.eku"] = "its list of usages: {identity.leaf.eku}",
    ["identity.leaf.key_usage"] = "its key usage: {identity.leaf.key_usage}",
    ["identity.leaf.key"] = "its key is {identity.leaf.key}",
    ["identity.leaf.emails"] = "the addresses in it: {identity.leaf.emails}",
    ["identity.leaf.signature"] = "it is signed by {identity.leaf.signature}",
    ["checks.TemporalValidity@0"] = "the check of its dates fails",
    ["checks.TemporalValidity"] = "the check of the dates fails above it",
    ["checks.ExtendedKeyUsage@0"] = "the check of its list of usages fails",
    ["checks.EmailProtectionEKU@0"] = "under a public root iOS wants the usage emailProtection to be listed",
    ["checks.KeyUsage@0"] = "the check of its key usage fails",
    ["checks.Email"] = "the address {identity.email} is not among its own",
    ["checks.AnchorTrusted"] = "the root that it ends at is not trusted",
    ["checks.MissingIntermediate"] = "its chain breaks off",
    ["checks.SignatureHashAlgorithms"] = "iOS no longer takes this hash in a signature",
    ["checks.WeakSignature"] = "iOS holds this hash to be broken",
    ["identity.purpose"] = "it was judged for {identity.purpose}",
    ["identity.issuer"] = "the chain in the file ends: {identity.issuer}",
    ["identity.key_usable"] = "does iOS use such a key in an identity: {identity.key_usable}",
}
return {
    ["p12-wrong-password"] = {
        title = "The password does not open the file",
        why   = "The password does not fit this PKCS#12 file. Its seal was worked out and is another one.",
        because = {
            ["identity.state"] = "the file is a whole PKCS#12, and the password does not open it",
            ["identity.mac"] = "the seal ({identity.mac}) does not fit the password",
            ["identity.password_given"] = "no password was given",
        },
        ios   = { app = "“The password is incorrect” when the profile is installed: errSecAuthFailed -25293 or errSecPkcs12VerifyFailure -25264", grade = "observed" },
        device_fix = { "Ask whoever exported the file for its password. Capitals and blanks count." },
        server_fix = { "Export it again with a password that is known: " .. how .. "." },
        next_test = "Run `openssl pkcs12 -in FILE -noout` with the same password. If that says “mac verify error” as well, the password is wrong.",
        variants = {
            ["none-given"] = {
                title = "The file wants a password",
                why   = "This PKCS#12 file has a password, and none was given. An empty one does not open it either.",
                next_test = "Write the password into a file, and name it with `--password-file`.",
            },
        },
    },
    ["p12-empty-password"] = {
        title = "The file opens without a password",
        why   = "This PKCS#12 file opens with an empty password. An iPhone may refuse it, as it wants a password for an identity.",
        because = {
            ["identity.password"] = "the password that fits is: {identity.password}",
            ["identity.state"] = "the file was {identity.state}",
        },
        ios   = { app = "may say that the password is incorrect, whatever is entered", grade = "unverified" },
        device_fix = english.no_setting,
        server_fix = { "Export it again with a password: " .. how .. ". A key without one is open to everybody who gets the file." },
        next_test = again,
        variants = {
            absent = {
                why = "This PKCS#12 file was sealed with no password at all, not even an empty one. Both are written differently, and a reader that tries one of them alone says that the password is wrong.",
            },
            ["another-given"] = {
                title = "The file has no password, one was given",
                why   = "The password that was given does not fit this PKCS#12 file. It opens without one.",
            },
        },
    },
    ["p12-legacy-crypto"] = {
        title = "The file is encrypted by an old cipher",
        why   = "This PKCS#12 file is encrypted by a cipher of the 1990s. An iPhone reads it. OpenSSL 3 and what is built on it do so only with the legacy provider.",
        because = protected,
        ios   = { app = "reads it", grade = "observed" },
        device_fix = { "Nothing. The phone reads it." },
        server_fix = {
            "Where OpenSSL 3 says “unsupported” (0308010C): add `-legacy`, or export the file again.",
            "For servers and new phones: " .. how .. ". For phones and Macs of some years ago keep the old file.",
        },
        next_test = "Run `openssl pkcs12 -in FILE -noout`, then the same with `-legacy`. If the second one alone works, this is the reason.",
        variants = {
            ["not-opened"] = {
                why = "This PKCS#12 file is encrypted by a cipher of the 1990s. A reader without it, such as OpenSSL 3, may say “wrong password” of a password that is right.",
            },
        },
    },
    ["p12-modern-crypto"] = {
        title = "Old iPhones cannot read this file",
        why   = "This PKCS#12 file is protected in the new way (PBES2, or a seal of SHA-256). New systems read it. Older versions of iOS and macOS say that the password is wrong.",
        because = protected,
        ios   = { app = "old versions: “The password is incorrect”, though it is right; which version was the first to read it is not documented", grade = "unverified" },
        device_fix = { "Update iOS." },
        server_fix = { "For old devices export it with 3DES and a seal of SHA-1: `openssl pkcs12 -export -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 …`. For new ones AES-256 is right; other sizes of AES may fail." },
        next_test = "Install it on a phone of the newest iOS. If it opens there with the same password, the old version is the reason.",
        variants = {
            ["not-opened"] = {
                why = "This PKCS#12 file is protected in the new way (PBES2, or a seal of SHA-256). A reader that does not know it, such as older versions of iOS and macOS, says “wrong password” of a password that is right.",
            },
        },
    },
    ["p12-no-key"] = {
        title = "The file holds no private key",
        why   = "This PKCS#12 file holds certificates ({identity.certificates}) and no private key. A phone that installs it has nothing to prove itself with.",
        because = {
            ["identity.state"] = "the file opens",
            ["identity.keys"] = "private keys in the file: {identity.keys}",
            ["identity.certificates"] = "certificates in the file: {identity.certificates}",
        },
        ios   = { app = "installs as a certificate; no identity is offered", grade = "observed" },
        device_fix = { "Ask for the file with the key." },
        server_fix = { "Export it where the key is: " .. how .. ". In Keychain Access choose the certificate with the key below it." },
        next_test = again,
    },
    ["p12-key-mismatch"] = {
        title = "The key belongs to another certificate",
        why   = "The private key in this PKCS#12 file is not that of the certificate. They cannot be used together.",
        because = {
            ["identity.state"] = "the file opens",
            ["identity.key_fits"] = "the public key of no certificate in the file is that of the private key",
            ["identity.keys"] = "private keys in the file: {identity.keys}",
        },
        ios   = { app = "no identity is offered, or the server ends the handshake with alert 51", grade = "observed" },
        device_fix = english.no_setting,
        server_fix = { "Find the key that the request for this certificate was made with, and export both: " .. how .. ". After a renewal the old key is often left in place." },
        next_test = "Compare `openssl x509 -pubkey -noout -in cert.pem` with `openssl pkey -pubout -in key.pem`. They are the same when they belong together.",
        variants = {
            ["no-certificate"] = {
                title = "The file holds a key and no certificate",
                why   = "This PKCS#12 file has a private key, and no certificate for it.",
            },
        },
    },
    ["p12-no-chain"] = {
        title = "The issuer is not in the file",
        why   = "The file has the certificate and its key, and not the certificate that issued it. A server that does not know the issuer itself refuses the phone with alert 48.",
        because = {
            ["identity.issuer"] = "the chain in the file ends: {identity.issuer}",
            ["identity.certificates"] = "certificates in the file: {identity.certificates}",
        },
        ios   = { app = "error -1205, where the server has no other way to the root", grade = "observed" },
        device_fix = { "Install the intermediate as well." },
        server_fix = { "Export the file with its chain: " .. how .. ".", "Or let the server have the intermediate, beside the root that it trusts." },
        next_test = "Ask the server's owner whether it has the intermediate[ “{identity.leaf.issuer.cn}”]. If it does, nothing is missing.",
        variants = {
            ["broken-off"] = {
                title = "The chain in the file breaks off",
                why   = "The file holds {identity.certificates} certificates, and the last issuer is not among them. That is right when a root issued the last one, and a hole when it was an intermediate.",
            },
        },
    },
    ["p12-multiple-identities"] = {
        title = "The file holds several identities",
        why   = "This PKCS#12 file holds {identity.identities} identities. An iPhone takes one of them, and it may be another than you mean.",
        because = {
            ["identity.identities"] = "keys that have their certificate here: {identity.identities}",
            ["identity.keys"] = "private keys in the file: {identity.keys}",
        },
        ios   = { app = "the wrong identity may be chosen", grade = "unverified" },
        device_fix = english.no_setting,
        server_fix = { "Make one file for each identity." },
        next_test = again,
    },
    ["p12-corrupt"] = {
        title = "The file is no whole PKCS#12",
        why   = "iOS cannot read this file as an identity: {identity.detail}.",
        because = {
            ["identity.detail"] = "{identity.detail}",
            ["identity.state"] = "the file is {identity.state}",
            ["identity.form"] = "its lengths are of the indefinite form (BER)",
        },
        ios   = { app = "the profile is invalid: errSecDecode -26275", grade = "observed" },
        device_fix = { "Ask for the file again." },
        server_fix = { "Export it again as PKCS#12: " .. how .. ".", "Send it as a binary file: mail and chat programs may change it on the way." },
        next_test = "Run `openssl pkcs12 -in FILE -info -noout`. It says as well what it stumbles over.",
        variants = {
            ber = {
                title = "iOS cannot read the form of this file",
                why   = "The file is PKCS#12 written with lengths of the indefinite form (BER). OpenSSL reads it, iOS does not.",
                server_fix = { "Read it with OpenSSL and export it again: `openssl pkcs12 -in FILE -out all.pem`, then " .. how .. "." },
            },
            unsupported = {
                title = "The file is protected in an odd way",
                why   = "This PKCS#12 file is protected in a way that neither iOS nor whytls reads: {identity.detail}.",
            },
            ["too-costly"] = {
                title = "The file asks for too much work",
                why   = "This file was not opened, as it asks for more work than an identity needs: {identity.detail}. Such a file is made to keep its reader busy.",
            },
        },
    },
    ["identity-expired"] = {
        title = "The identity's certificate has expired",
        why   = "The certificate[ of “{identity.leaf.subject.cn}”] expired {identity.leaf.not_after|ago} ago, so servers and readers of mail refuse it.",
        because = checked,
        ios   = { app = "error -1205, or the signature of a message is invalid", grade = "observed" },
        device_fix = { "Get a new identity, and install it. Keep the old one to read old mail." },
        server_fix = { "Issue a new certificate, and hand it out before the old one ends." },
        next_test = again,
        variants = {
            ["too-early"] = {
                title = "The certificate has not started yet",
                why   = "The certificate[ of “{identity.leaf.subject.cn}”] starts on {identity.leaf.not_before}. Until then it is refused.",
                device_fix = { "Wait until it starts." },
                server_fix = { "Have it issued again with a start 1 hour back, if the clock of the CA is ahead." },
            },
            issuer = {
                title = "An issuer of the identity has expired",
                why   = "A certificate above[ that of “{identity.leaf.subject.cn}”] has expired, so its whole chain is refused.",
            },
        },
    },
    ["identity-wrong-eku"] = {
        title = "The certificate is for another use",
        why   = "The certificate[ of “{identity.leaf.subject.cn}”] may not be used by a client: its list of usages leaves clientAuth out.",
        because = checked,
        ios   = { app = "it is not offered when a server asks for an identity", grade = "observed" },
        device_fix = english.no_setting,
        server_fix = { "Have it issued again with the usage clientAuth." },
        next_test = again,
        variants = {
            mail = {
                why   = "The certificate[ of “{identity.leaf.subject.cn}”] may not be used for mail: emailProtection is not among its usages, or its key usage does not allow to sign.",
                ios   = { app = "it is not offered for signing, and messages signed with it are not trusted", grade = "Apple source" },
                server_fix = { "Have it issued again with the usage emailProtection, and the key usage digitalSignature." },
            },
        },
    },
    ["identity-key-type"] = {
        title = "iOS does not use this kind of key",
        why   = "The key[ of “{identity.leaf.subject.cn}”] is {identity.leaf.key}. iOS uses RSA, P-256, P-384 and P-521 in identities.",
        because = checked,
        ios   = { app = "the import fails, or the identity is not offered", grade = "observed" },
        device_fix = english.no_setting,
        server_fix = { "Have it issued for an RSA key of 2048 bits, or for P-256." },
        next_test = again,
        variants = {
            weak = {
                title = "The key of the identity is weak",
                why   = "The key[ of “{identity.leaf.subject.cn}”] is {identity.leaf.key}. Servers of today, and iOS for mail, want RSA of 2048 bits or more.",
                ios   = { app = "installs; refused for mail, and by servers that go by today's rules", grade = "Apple source" },
            },
        },
    },
    ["smime-address-mismatch"] = {
        title = "The certificate is for another address",
        why   = "The certificate is for {identity.leaf.emails}, not for {identity.email}.",
        because = checked,
        ios   = { app = "Mail: the sender's name is red, or signing is not offered (-67623)", grade = "Apple source" },
        device_fix = { "Use the account whose address is in the certificate." },
        server_fix = { "Have it issued for {identity.email}. Write it as the account does: outside iOS the part before the @ may count capitals." },
        next_test = "Run `whytls explain` with `--email` and an address of the certificate. If that is accepted, the address is the only reason.",
        variants = {
            ["no-address"] = {
                title = "The certificate names no mail address",
                why   = "The certificate names no mail address that iOS looks at, so it cannot be used for {identity.email}. Its common name does not count.",
                next_test = again,
            },
        },
    },
    ["smime-untrusted-issuer"] = {
        title = "The issuer is not trusted for mail",
        why   = "The certificate[ of “{identity.leaf.subject.cn}”] ends at a root that an iPhone does not trust, so mail signed with it is shown as not trusted.",
        because = checked,
        ios   = { app = "Mail: the sender's name is red, “not trusted”", grade = "observed" },
        device_fix = { "If the CA is your organisation's, install its root, and turn on full trust in " .. settings .. "." },
        server_fix = { "Use a CA that Apple trusts for mail, and send the intermediates with each signed message." },
        next_test = "Ask the sender for the SHA-256 of the root, and compare.",
        variants = {
            hole = {
                title = "An issuer of the certificate is missing",
                why   = "The chain of the certificate[ of “{identity.leaf.subject.cn}”] breaks off, so an iPhone cannot tell who stands behind it.",
                server_fix = { "Send the intermediates with each signed message, and put them into the PKCS#12 file." },
                next_test = again,
            },
        },
    },
    ["smime-weak-algorithm"] = {
        title = "The certificate is signed by an old hash",
        why   = "The certificate[ of “{identity.leaf.subject.cn}”] is signed by {identity.leaf.signature}. iOS does not take that for mail any more.",
        because = checked,
        ios   = { app = "Mail: a warning, or the signature is refused", grade = "Apple source" },
        device_fix = english.no_setting,
        server_fix = { "Have it issued again with SHA-256." },
        next_test = again,
        variants = {
            issuer = {
                title = "An issuer is signed by an old hash",
                why   = "A certificate above[ that of “{identity.leaf.subject.cn}”] is signed by a hash that iOS does not take any more.",
            },
        },
    },
    ["profile-signature-untrusted"] = {
        title = "The profile's signer is not trusted",
        why   = "The profile is signed by “{identity.profile.signer}”, and the chain of that certificate does not end at a root that an iPhone trusts.",
        because = {
            ["identity.profile.signature"] = "the signature: {identity.profile.signature}",
            ["identity.profile.signer"] = "the signer: “{identity.profile.signer}”",
        },
        ios   = { app = "“Not Verified”, in red; it installs", grade = "observed" },
        device_fix = { "Check where the profile comes from before you install it." },
        server_fix = { "Sign it with a certificate of a public CA, and put the intermediates into the signature: `whytls profile build … --sign FILE`." },
        next_test = again,
        variants = {
            none = {
                title = "The profile is not signed",
                why   = "Nobody signed this profile, so an iPhone cannot say who made it. It installs all the same.",
                ios   = { app = "“Not Signed”, in red; it installs", grade = "observed" },
            },
            broken = {
                title = "The signature does not fit the profile",
                why   = "The profile was changed after it was signed, or the signer's certificate is not with it.",
                ios   = { app = refused, grade = "unverified" },
                device_fix = { "Do not install it. Ask for it again." },
                server_fix = { "Sign the profile again after the last change." },
            },
        },
    },
    ["profile-payload-rejected"] = {
        title = "iOS refuses a part of the profile",
        why   = "iOS does not install this profile: {identity.profile.first_fault}. It installs all payloads or none.",
        because = {
            ["identity.profile.first_fault"] = "{identity.profile.first_fault}",
            ["identity.profile.rejected"] = "payloads that are refused: {identity.profile.rejected}",
            ["identity.result"] = "the profile is {identity.result}",
        },
        ios   = { app = "“Profile Installation Failed”", grade = "observed" },
        device_fix = english.no_setting,
        server_fix = { "One DER certificate a payload: com.apple.security.root for a root, com.apple.security.pkcs1 for others, com.apple.security.pkcs12 for an identity. `whytls profile build` writes it so." },
        next_test = "Run `whytls profile lint` on the mended file.",
        variants = {
            whole = {
                title = "iOS refuses the profile",
                why   = "iOS does not install this profile: {identity.profile.first_fault}.",
            },
        },
    },
    ["identity/profile-incomplete"] = {
        title = "An issuer is missing from the profile",
        why   = "The profile brings a certificate whose issuer is neither in it nor on the phone: {identity.profile.missing}.",
        because = { ["identity.profile.missing"] = "missing: {identity.profile.missing}" },
        ios   = { app = "it installs; what needs the chain is not trusted", grade = "Apple source" },
        device_fix = english.no_setting,
        server_fix = { "Put the issuer into the profile as well: `whytls profile build` takes all certificates at once." },
        next_test = "Run `whytls profile lint` on the mended file.",
    },
    ["identity/no-trust-switch"] = {
        title = "No switch to trust this root appears",
        why   = "This certificate can be installed on an iPhone, and " .. settings .. " does not list it: {$why}.",
        because = {
            ["identity.trust_switch"] = "a switch for it: {identity.trust_switch}",
            ["identity.leaf.is_ca"] = "it says that it is an authority (CA:TRUE): {identity.leaf.is_ca}",
            ["identity.leaf.self_signed"] = "it signed itself: {identity.leaf.self_signed}",
            ["identity.profile.switchless"] = "roots of the profile without a switch: {identity.profile.switchless}",
            ["identity.result"] = "the profile is {identity.result}",
        },
        ios   = { app = "the root is installed, and is trusted by nobody", grade = "observed" },
        device_fix = { "Nothing. No setting helps. Roots that come by device management (MDM) need no switch." },
        server_fix = { "Make the root again: version 3, self-signed, basicConstraints CA:TRUE, key usage keyCertSign, with a common name." },
        next_test = again,
        variants = {
            ["in-profile"] = {
                title = "A root of the profile gets no switch",
                why   = "“{$name}” can be installed, and " .. settings .. " does not list it: {$why}.",
                next_test = "Run `whytls profile lint` on the mended file.",
            },
        },
    },
    ["identity/root-unfit"] = {
        title = "The root would not be of use",
        why   = "Whatever the switch says, chains that end at this root are refused: {$why}.",
        because = {
            ["identity.result"] = "the root is {identity.result}",
            ["identity.leaf.key"] = "its key is {identity.leaf.key}",
        },
        ios   = { app = "sites below it are refused", grade = "Apple source" },
        device_fix = english.no_setting,
        server_fix = { "Make the root again: in date, RSA of 2048 bits or P-256, with key usage keyCertSign." },
        next_test = again,
    },
    ["switch-offered"] = "Once installed, the root appears in Settings, General, About, Certificate Trust Settings. It is trusted when its switch is on.",
}
