//! Network file systems, on which a cache cannot live: processes share memory through its files.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::statfs;

use crate::CacheError;

/// What the kernel calls file systems that other machines, or a host, may change at the same time.
const NETWORK: &[(u32, &str)] = &[
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "SMB"),
    (0xfe53_4d42, "SMB"),
    (0x0102_1997, "9P"),
    (0x5346_414f, "AFS"),
    (0x7375_7245, "Coda"),
    (0x564c, "NCP"),
    (0x00c3_6400, "Ceph"),
    (0x0bd0_0bd0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x1983_0326, "BeeGFS"),
    (0x786f_4256, "VirtualBox shared folder"),
    (0xbacb_acbc, "VMware shared folder"),
    (0x7c7c_6673, "Parallels shared folder"),
];
/// A file system that a program serves: that may be a disk, or anything at all.
const FUSE: u32 = 0x6573_5546;
/// Programs that serve what lies elsewhere, as their mounts are called.
const ELSEWHERE: &[&str] = &[
    "afpfs",
    "ceph-fuse",
    "curlftpfs",
    "davfs",
    "glusterfs",
    "gcsfuse",
    "goofys",
    "gvfsd-fuse",
    "httpdirfs",
    "juicefs",
    "moosefs",
    "mfs",
    "nfs",
    "rclone",
    "s3fs",
    "seaweedfs",
    "smbnetfs",
    "sshfs",
];

/// The network file system that this folder lies on, if it is one. Where the system does not tell, it is none.
pub fn network_of(folder: &Path) -> Option<String> {
    let system = statfs(folder).ok()?;
    let device = || Some(fs::metadata(folder).ok()?.dev());
    let mounts = || Some(mount_of(&fs::read_to_string("/proc/self/mountinfo").ok()?, device()?)?.to_owned());
    kind(system.f_type as u32, mounts)
}

/// Says so if this folder lies on a network file system.
pub(crate) fn refuse(folder: &Path) -> Result<(), CacheError> {
    // Where the system does not tell, SQLite finds out.
    match network_of(folder) {
        Some(kind) => Err(CacheError::Network { kind, path: folder.to_owned() }),
        None => Ok(()),
    }
}

/// What people call a network file system with this number; for one that a program serves, its mount tells.
fn kind(number: u32, mount: impl FnOnce() -> Option<String>) -> Option<String> {
    if number == FUSE {
        let mount = mount()?;
        let program = mount.strip_prefix("fuse.")?;
        return ELSEWHERE.contains(&program).then(|| program.to_owned());
    }
    NETWORK.iter().find(|(known, _)| *known == number).map(|(_, name)| (*name).to_owned())
}

/// The kind of the mount with this device, from the kernel's table of mounts.
fn mount_of(table: &str, device: u64) -> Option<&str> {
    let device = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
    table.lines().find_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        (mount.split(' ').nth(2)? == device).then(|| system.split(' ').next())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_elsewhere_is_told_from_what_lies_here() {
        let unasked = || -> Option<String> { panic!("only FUSE needs that") };
        for (number, expected) in [
            (0x6969, Some("NFS")),
            (0xff53_4d42, Some("SMB")),
            (0x0102_1997, Some("9P")),
            (0xef53, None),
            (0x9123_683e, None),
            (0x0102_1994, None),
            (0x794c_7630, None),
        ] {
            assert_eq!(kind(number, unasked).as_deref(), expected, "{number:x}");
        }
        for (mount, expected) in [
            ("fuse.sshfs", Some("sshfs")),
            ("fuse.rclone", Some("rclone")),
            ("fuse.gocryptfs", None),
            ("fuseblk", None),
        ] {
            assert_eq!(kind(FUSE, || Some(mount.to_owned())).as_deref(), expected, "{mount}");
        }
        assert_eq!(kind(FUSE, || None), None);
    }

    #[test]
    fn a_mount_is_found_by_its_device() {
        let table = "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw\n\
            37 35 0:52 / /mnt/a\\040b rw - fuse.sshfs host:/ rw,user_id=0\n";
        assert_eq!(mount_of(table, rustix::fs::makedev(98, 0)), Some("ext3"));
        assert_eq!(mount_of(table, rustix::fs::makedev(0, 52)), Some("fuse.sshfs"));
        assert_eq!(mount_of(table, rustix::fs::makedev(8, 1)), None);
    }

    #[test]
    fn a_local_folder_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        refuse(folder.path()).unwrap();
        refuse(Path::new("/dev/shm")).unwrap();
        // This system's own device must be in its own table, or no FUSE mount would ever be found.
        let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(mount_of(&table, fs::metadata("/proc").unwrap().dev()).is_some());
    }
}
