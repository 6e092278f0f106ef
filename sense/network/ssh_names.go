package network

import "strings"

// sshAlgorithms are the names of algorithms for SSH: those of the IANA registry and
// of widely used programs. Any other is "other": a name may end in the address of who
// made it up (RFC 4251 §6).
var sshAlgorithms = map[string]string{}

func init() {
	for n := range strings.FieldsSeq(`
		none zlib zlib@openssh.com other
		diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group14-sha256 diffie-hellman-group15-sha512
		diffie-hellman-group16-sha512 diffie-hellman-group17-sha512 diffie-hellman-group18-sha512 diffie-hellman-group-exchange-sha1
		diffie-hellman-group-exchange-sha256 diffie-hellman-group14-sha256@ssh.com diffie-hellman-group14-sha224@ssh.com
		diffie-hellman-group15-sha256@ssh.com diffie-hellman-group15-sha384@ssh.com diffie-hellman-group16-sha384@ssh.com
		diffie-hellman-group16-sha512@ssh.com diffie-hellman-group18-sha512@ssh.com diffie-hellman-group-exchange-sha224@ssh.com
		diffie-hellman-group-exchange-sha384@ssh.com diffie-hellman-group-exchange-sha512@ssh.com
		ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 ecmqv-sha2 curve25519-sha256 curve25519-sha256@libssh.org curve448-sha512
		sntrup4591761x25519-sha512@tinyssh.org sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com mlkem768x25519-sha256
		mlkem768nistp256-sha256 mlkem1024nistp384-sha384 kexguess2@matt.ucc.asn.au rsa1024-sha1 rsa2048-sha256
		ext-info-c ext-info-s kex-strict-c kex-strict-s kex-strict-c-v00@openssh.com kex-strict-s-v00@openssh.com
		ssh-ed25519 ssh-ed448 ssh-rsa ssh-dss rsa-sha2-256 rsa-sha2-512 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521
		ssh-ed25519-cert-v01@openssh.com ssh-rsa-cert-v01@openssh.com ssh-dss-cert-v01@openssh.com ssh-rsa-cert-v00@openssh.com
		ssh-dss-cert-v00@openssh.com rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512-cert-v01@openssh.com
		ecdsa-sha2-nistp256-cert-v01@openssh.com ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521-cert-v01@openssh.com
		sk-ssh-ed25519@openssh.com sk-ssh-ed25519-cert-v01@openssh.com sk-ecdsa-sha2-nistp256@openssh.com
		sk-ecdsa-sha2-nistp256-cert-v01@openssh.com webauthn-sk-ecdsa-sha2-nistp256@openssh.com ssh-rsa-sha256@ssh.com ssh-rsa-sha224@ssh.com
		ssh-rsa-sha384@ssh.com ssh-rsa-sha512@ssh.com ssh-dss-sha256@ssh.com x509v3-sign-rsa x509v3-sign-dss x509v3-ssh-rsa x509v3-ssh-dss
		x509v3-rsa2048-sha256 x509v3-ecdsa-sha2-nistp256 x509v3-ecdsa-sha2-nistp384 x509v3-ecdsa-sha2-nistp521 spki-sign-rsa spki-sign-dss
		pgp-sign-rsa pgp-sign-dss null
		3des-cbc 3des-ctr blowfish-cbc blowfish-ctr twofish-cbc twofish128-cbc twofish192-cbc twofish256-cbc twofish128-ctr twofish192-ctr
		twofish256-ctr serpent128-cbc serpent192-cbc serpent256-cbc serpent128-ctr serpent192-ctr serpent256-ctr arcfour arcfour128 arcfour256
		idea-cbc idea-ctr cast128-cbc cast128-ctr des-cbc des-cbc@ssh.com aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr
		aes128-gcm aes256-gcm aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305 chacha20-poly1305@openssh.com
		rijndael-cbc@lysator.liu.se rijndael128-cbc rijndael192-cbc rijndael256-cbc rijndael-cbc@ssh.com camellia128-cbc camellia192-cbc
		camellia256-cbc camellia128-ctr camellia192-ctr camellia256-ctr seed-cbc seed-cbc@ssh.com cast128-12-cbc@ssh.com
		AEAD_AES_128_GCM AEAD_AES_256_GCM crypticore128@ssh.com
		hmac-sha1 hmac-sha1-96 hmac-md5 hmac-md5-96 hmac-sha2-224 hmac-sha2-256 hmac-sha2-384 hmac-sha2-512 hmac-sha2-256-96 hmac-sha2-512-96
		hmac-sha256 hmac-sha256@ssh.com hmac-sha256-2@ssh.com hmac-sha512@ssh.com hmac-sha224@ssh.com hmac-sha384@ssh.com hmac-ripemd
		hmac-ripemd160 hmac-ripemd160@openssh.com hmac-ripemd160-etm@openssh.com hmac-sha1-etm@openssh.com hmac-sha1-96-etm@openssh.com
		hmac-md5-etm@openssh.com hmac-md5-96-etm@openssh.com hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com umac-32@openssh.com
		umac-64@openssh.com umac-96@openssh.com umac-128@openssh.com umac-64-etm@openssh.com umac-128-etm@openssh.com crypticore-mac@ssh.com`) {
		sshAlgorithms[n] = n
	}
}

// sshAlgorithm returns the name of a published algorithm, "other" for any other. The
// name of one of GSS-API ends in the hash of a mechanism (RFC 4462 §2), told as *.
func sshAlgorithm(name string) string {
	if known, ok := sshAlgorithms[name]; ok || name == "" {
		return known
	}
	for _, p := range [...]string{
		"gss-gex-sha1-", "gss-group1-sha1-", "gss-group14-sha1-", "gss-group14-sha256-", "gss-group15-sha512-", "gss-group16-sha512-",
		"gss-group17-sha512-", "gss-group18-sha512-", "gss-nistp256-sha256-", "gss-nistp384-sha384-", "gss-nistp521-sha512-",
		"gss-curve25519-sha256-", "gss-curve448-sha512-",
	} {
		if strings.HasPrefix(name, p) {
			return p + "*"
		}
	}
	return "other"
}

func sshNames(list []string) []string {
	out := make([]string, 0, min(len(list), maxSSHNames))
	for _, n := range list[:min(len(list), maxSSHNames)] {
		out = append(out, sshAlgorithm(n))
	}
	return out
}

// sshWords are what programs for SSH call themselves, in lower case, sorted.
var sshWords = sortedWords(`
	apache asyncssh bitvise bvssh cerberus cisco cisco conch conker coreftp crushftp cryptzone cygwin dropbear erlang filezilla fortissh fortigate ftp
	ganymed github go goanywhere gitlab globalscape hardened hpn huawei ipssh jsch lancom libssh libssh2 maverick mikrotik mina mod mocana
	moveit mpssh netscreen netty nonstop openssh paramiko php phpseclib pkix portable psftp putty pure release reflection romsshell ros rossh
	rossssh rosssh russh rust secure securecrt server serv sftp snapshot ssh sshd sshj sshlib sun synergy tectia tera term teraterm thrussh
	tinyssh titan trilead twisted vandyke vshell vx vxworks weonlydo wingftp windows winscp wolfssh wrq ws xlight xlightftpd zte for java
	comware maipu ruckus brocade juniper junos arubaos aruba procurve routeros nos dell idrac ilo mplab qnap synology truenas freebsd netbsd
	debian ubuntu raspbian centos rhel client update core`)

// sshSoftware returns a software version as far as it is made of words that programs
// go by, and of numbers with at most a letter behind them: 9.2p1. An administrator
// may have added to it. It is "other" for a program of another name.
func sshSoftware(v string) string {
	if v == "" {
		return ""
	}
	known := sshWordsOf(technicalText(v, maxSSHName))
	if strings.Trim(known, "._+-0123456789") == "" {
		return "other"
	}
	return strings.TrimRight(known, "._+-")
}

func sshWordsOf(v string) string {
	after := false // the run before was a number
	for at := 0; at < len(v); {
		run := runOf(strings.ToLower(v[at:]))
		c := run[0]
		switch {
		case digit(c) && len(run) <= 4:
			after = true
		case letter(c) && isWord(sshWords, run), strings.Trim(run, "._+-") == "":
			after = false
		case letter(c) && after && len(run) == 1:
			after = false
		default:
			return v[:at]
		}
		at += len(run)
	}
	return v
}
