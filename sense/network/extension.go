package network

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/filename"
)

// extensions are the endings of file names that may leave the sensor, sorted:
// what firmware, software, drug libraries, settings and documents are called.
// Whatever else stands behind a dot may be a name or a number of a patient.
var extensions = strings.Fields(
	`7z apk bat bin bkp bmp bz2 cab cat cfg cmd com conf crt csv dat db dcm deb dfu dll dmg doc docx dol dtb efi elf exe fw ` +
		`gif gz hdr hex hl7 htm html img imx ini ipk iso itb jar jpeg jpg js json key kpxe lib log lz4 lzma mcs md5 mot msi msp ` +
		`nbi ova p12 pat pcap pdf pem pfx pkg png ps1 pxe py rbf rom rpm rtf s19 sbn sh sig so spk sql sqlite srec swu sys tar ` +
		`tbz tftp tgz tif tiff txt uboot uf2 uimage upd update upg vbs vhd vhdx vmdk wim xls xlsx xml xz yaml yml zip zst`)

// fileExtension returns the extension of a path if it is a known one, "other" for
// any other, "" for none.
func fileExtension(path string) string {
	ext := filename.Extension(path)
	if ext == "" {
		if i := strings.LastIndexByte(path, '.'); i > strings.LastIndexAny(path, `/\`) {
			return "other"
		}
		return ""
	}
	return knownExtension(ext)
}

// knownExtension returns ext if it may leave, else "other"; "" stays.
func knownExtension(ext string) string {
	if ext == "" {
		return ""
	}
	if _, ok := slices.BinarySearch(extensions, ext); ok {
		return ext
	}
	return "other"
}
