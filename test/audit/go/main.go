// Verifies receipts, checkpoints and consistency proofs with the packages that Go's own checksum database is verified with:
// golang.org/x/mod/sumdb/note and tlog. Nothing of scoremesh is in it.
//
// Usage: verify <vkey file> <witness vkey file> <folder of what must hold> <folder of what must be refused>
//
// A folder has, for a name N: N.receipt (c2sp.org/tlog-proof) with N.entry, the entry that it is of; N.checkpoint (a signed note);
// or N.older and N.newer (checkpoints) with N.proof, the hashes between them, one a line.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 5 {
		fail(errors.New("give four arguments"))
	}
	logKey, err := note.NewVerifier(strings.TrimSpace(string(read(os.Args[1]))))
	if err != nil {
		fail(err)
	}
	witness, err := newWitness(strings.TrimSpace(string(read(os.Args[2]))))
	if err != nil {
		fail(err)
	}
	keys := keyRing{logKey, note.VerifierList(logKey, witness)}
	accepted, refused := 0, 0
	for name, check := range keys.cases(os.Args[3]) {
		if err := check(); err != nil {
			fail(fmt.Errorf("%s should hold: %v", name, err))
		}
		accepted++
	}
	for name, check := range keys.cases(os.Args[4]) {
		if err := check(); err == nil {
			fail(fmt.Errorf("%s should be refused", name))
		}
		refused++
	}
	fmt.Printf("accepted %d, refused %d\n", accepted, refused)
}

type keyRing struct {
	log note.Verifier
	all note.Verifiers
}

// cases returns a check for each name in a folder.
func (k keyRing) cases(folder string) map[string]func() error {
	files, err := os.ReadDir(folder)
	if err != nil {
		fail(err)
	}
	cases := make(map[string]func() error)
	for _, file := range files {
		path := filepath.Join(folder, file.Name())
		base := strings.TrimSuffix(path, filepath.Ext(path))
		switch filepath.Ext(path) {
		case ".receipt":
			cases[path] = func() error { return k.checkReceipt(read(path), read(base+".entry")) }
		case ".checkpoint":
			cases[path] = func() error { _, err := k.openCheckpoint(read(path)); return err }
		case ".proof":
			cases[path] = func() error { return k.checkConsistency(read(base+".older"), read(base+".newer"), read(path)) }
		}
	}
	return cases
}

func (k keyRing) checkReceipt(receipt, entry []byte) error {
	head, checkpoint, found := strings.Cut(string(receipt), "\n\n")
	if !found {
		return errors.New("no checkpoint")
	}
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("no proof")
	}
	extra, err := bytesAfter(lines[1], "extra ")
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(entry)
	if string(extra) != string(leaf[:]) {
		return errors.New("the entry is another")
	}
	index, err := number(strings.TrimPrefix(lines[2], "index "))
	if err != nil || !strings.HasPrefix(lines[2], "index ") {
		return errors.New("no index")
	}
	proof, err := hashes(lines[3:])
	if err != nil {
		return err
	}
	tree, err := k.openCheckpoint([]byte(checkpoint))
	if err != nil {
		return err
	}
	return tlog.CheckRecord(tlog.RecordProof(proof), tree.N, tree.Hash, index, leaf)
}

func (k keyRing) checkConsistency(older, newer, proof []byte) error {
	first, err := k.openCheckpoint(older)
	if err != nil {
		return err
	}
	second, err := k.openCheckpoint(newer)
	if err != nil {
		return err
	}
	lines := strings.Split(string(proof), "\n")
	if lines[len(lines)-1] != "" {
		return errors.New("the last line does not end")
	}
	between, err := hashes(lines[:len(lines)-1])
	if err != nil {
		return err
	}
	return tlog.CheckTree(tlog.TreeProof(between), second.N, second.Hash, first.N, first.Hash)
}

// openCheckpoint verifies all signatures; one by the log must be among them, and none by a stranger. tlog.ParseTree only reads
// checkpoints of the checksum database, hence these lines.
func (k keyRing) openCheckpoint(text []byte) (tlog.Tree, error) {
	var tree tlog.Tree
	opened, err := note.Open(text, k.all)
	if err != nil {
		return tree, err
	}
	isSigned := false
	for _, sig := range opened.Sigs {
		isSigned = isSigned || sig.Name == k.log.Name() && sig.Hash == k.log.KeyHash()
		// note.Open takes several texts for the same bytes.
		if _, err := canonical(sig.Base64); err != nil {
			return tree, err
		}
	}
	if !isSigned || len(opened.UnverifiedSigs) > 0 {
		return tree, errors.New("not signed by the log alone and known witnesses")
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != k.log.Name() || lines[3] != "" {
		return tree, errors.New("no checkpoint of this log")
	}
	if tree.N, err = number(lines[1]); err != nil {
		return tree, err
	}
	root, err := hashes(lines[2:3])
	if err != nil {
		return tree, err
	}
	tree.Hash = root[0]
	return tree, nil
}

// witnessKey verifies timestamped cosignatures (c2sp.org/tlog-cosignature, type 0x04), which the note package does not know.
type witnessKey struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newWitness(vkey string) (*witnessKey, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("no witness key")
	}
	key, err := canonical(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("no witness key")
	}
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	return &witnessKey{parts[0], binary.BigEndian.Uint32(id[:4]), ed25519.PublicKey(key[1:])}, nil
}

func (w *witnessKey) Name() string    { return w.name }
func (w *witnessKey) KeyHash() uint32 { return w.hash }
func (w *witnessKey) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(w.key, []byte(signed), sig[8:])
}

func hashes(lines []string) ([]tlog.Hash, error) {
	parsed := make([]tlog.Hash, len(lines))
	for i, line := range lines {
		bytes, err := canonical(line)
		if err != nil || len(bytes) != tlog.HashSize {
			return nil, errors.New("no hash")
		}
		copy(parsed[i][:], bytes)
	}
	return parsed, nil
}

func bytesAfter(line, prefix string) ([]byte, error) {
	if !strings.HasPrefix(line, prefix) {
		return nil, fmt.Errorf("no %s", prefix)
	}
	return canonical(line[len(prefix):])
}

func canonical(text string) ([]byte, error) {
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err == nil && base64.StdEncoding.EncodeToString(bytes) != text {
		err = errors.New("not the one text of these bytes")
	}
	return bytes, err
}

func number(text string) (int64, error) {
	value, err := strconv.ParseInt(text, 10, 64)
	if err == nil && (value < 0 || strconv.FormatInt(value, 10) != text) {
		err = errors.New("not the one text of this number")
	}
	return value, err
}

func read(path string) []byte {
	content, err := os.ReadFile(path)
	if err != nil {
		fail(err)
	}
	return content
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
