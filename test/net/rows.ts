/** Link-local and cloud metadata addresses, plain and in the IPv6 forms that embed IPv4. */
export const LINK_LOCAL: readonly string[] = [
  ...['169.254.0.1', '169.254.169.254', '169.254.255.255', '100.100.100.200', '192.0.0.192'],
  ...['fe80::1', 'febf::1', 'fe80::a9fe:a9fe', 'fd00:ec2::254'],
  ...['169.254.169.254', '100.100.100.200', '192.0.0.192'].flatMap((address) => {
    const hex = Buffer.from(address.split('.').map(Number)).toString('hex')
    const groups = `${hex.slice(0, 4)}:${hex.slice(4)}`
    const inverted = Buffer.from(address.split('.').map((byte) => 255 - Number(byte))).toString('hex')
    return [
      `::ffff:${address}`,
      `::ffff:${groups}`,
      `0:0:0:0:0:ffff:${groups}`,
      `::ffff:0:${groups}`,
      `::${groups}`,
      `64:ff9b::${groups}`,
      `64:ff9b:1::${groups}`,
      `2002:${groups}::1`,
      `2001:0:1::${inverted.slice(0, 4)}:${inverted.slice(4)}`,
    ]
  }),
]

/** Addresses close to those, which are not link-local. */
export const OTHERS: readonly string[] = [
  ...['169.253.255.255', '169.255.0.0', '100.100.100.201', '192.0.0.193', '8.8.8.8', '10.0.0.1'],
  ...['fec0::1', 'fd00:ec3::254', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'],
]
