/** Show an own file: a new tab on web pages, the phone's viewer in mini-programs. */
export function openFile(address: string, mediaType: string): void {
  void mediaType
  // #ifdef H5
  const link = document.createElement('a')
  link.href = address
  link.target = '_blank'
  link.rel = 'noopener'
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
  // #endif
  // #ifndef H5
  if (mediaType.startsWith('image/')) uni.previewImage({ urls: [address] })
  else uni.openDocument({ filePath: address, fileType: 'pdf', showMenu: true }) // the menu prints and forwards
  // #endif
}
